/** What is told once, in passing: seen for some seconds, and read aloud politely. */

import { h, refill } from "./dom.js";
import { t } from "./texts.js";

const SEEN_FOR = 6_000;
const GATHERED_FOR = 2_500;

const notice = h("aside", { class: "notice", "aria-label": t("notices"), "data-test": "notice" });
const whisper = h("div", { class: "unseen", "aria-live": "polite" });
let hide = 0;

/** @param {HTMLElement} parent */
export function placeNotices(parent) {
  parent.append(notice, whisper);
}

/**
 * Tells something.
 * @param {string} text
 * @param {"good" | "bad"} [how]
 */
export function tell(text, how = "good") {
  clearTimeout(hide);
  const sign = h("span", { "aria-hidden": "true", class: "sign" }, how === "good" ? "✓" : "!");
  refill(notice, h("p", { class: how }, sign, " ", text));
  whisper.textContent = text; // what is hidden until now is not read aloud when it appears
  inTopLayer();
  hide = window.setTimeout(() => {
    notice.replaceChildren();
    hideNotice();
  }, SEEN_FOR);
}

/** Where a browser knows no popovers it is an ordinary element, and empty. */
function hideNotice() {
  if ("hidePopover" in notice && notice.matches(":popover-open")) notice.hidePopover();
}

/** Above an open dialog too, which would cover it. */
function inTopLayer() {
  notice.setAttribute("popover", "manual");
  hideNotice();
  notice.showPopover?.();
}

/** @param {unknown} error of a call; it is shown to the person */
export function tellError(error) {
  tell(error instanceof Error ? error.message : String(error), "bad");
}

/**
 * Reads aloud what changes often: one sentence about all of it, now and then.
 */
export class Whisper {
  /** @type {number | null} */
  #timer = null;
  #sentence;

  /** @param {() => string} sentence about what has changed since it was asked last; may be empty */
  constructor(sentence) {
    this.#sentence = sentence;
  }

  changed() {
    this.#timer ??= window.setTimeout(() => {
      this.#timer = null;
      const sentence = this.#sentence();
      if (sentence) whisper.textContent = sentence;
    }, GATHERED_FOR);
  }

  stop() {
    if (this.#timer !== null) clearTimeout(this.#timer);
    whisper.textContent = "";
  }
}
