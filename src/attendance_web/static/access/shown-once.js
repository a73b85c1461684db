/** What is shown once: a dialog that nothing closes by accident, and ways to copy it. */

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { tell } from "../notices.js";
import { button } from "../parts.js";
import { textOf } from "../texts.js";
import { WORDS } from "./words.js";

/** @param {HTMLDialogElement} dialog closed by nothing but its buttons from now on */
export function stayOpen(dialog) {
  dialog.addEventListener("cancel", (event) => event.preventDefault());
}

/**
 * A button that copies, and a field to copy from by hand where a browser does not let one.
 * @param {string} text
 * @param {string} done what is told once it is copied
 * @param {string} label of the field, which is hidden until it is needed
 */
export function copying(text, done, label) {
  const rows = text.split("\n").length + 1;
  const byHand = h("textarea", { rows, readonly: true, hidden: true, "aria-label": label }, text);
  const work = async () => {
    try {
      await navigator.clipboard.writeText(text);
      tell(done);
    } catch {
      byHand.hidden = false; // not allowed, or unknown
      byHand.select();
    }
  };
  const copy = button([icon("copy"), textOf(WORDS.copy)], work, { "data-test": "copy" });
  return { copy, byHand };
}
