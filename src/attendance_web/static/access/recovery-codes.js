/** Recovery codes: asked for by the password, shown once, to be printed or copied. */

import { h, refill } from "../dom.js";
import { form } from "../forms.js";
import { icon } from "../icons.js";
import { button, openDialog } from "../parts.js";
import { t, textOf } from "../texts.js";
import { dayInWords, now } from "../times.js";
import { makeRecoveryCodes } from "./calls.js";
import { proof } from "./proof.js";
import { copying, stayOpen } from "./shown-once.js";
import { WORDS } from "./words.js";
import { doOrSayWrong } from "./wrong.js";

/** Opens a dialog that asks for the password, and then shows the codes. */
export function askForRecoveryCodes() {
  const { asked, password, focus } = proof(textOf(WORDS.codesHelp));
  const close = () => dialog.close();
  const body = form(
    { "data-test": "codes-proof" },
    async () => {
      show(await doOrSayWrong("password", WORDS.wrong, () => makeRecoveryCodes(password())));
    },
    asked,
    h(
      "div",
      { class: "choices" },
      h("button", { class: "main", "data-test": "submit" }, textOf(WORDS.makeCodes)),
      h("button", { type: "button", class: "plain", onclick: close }, t("cancel")),
    ),
  );
  const place = h("div", {}, body);
  /** @param {string[]} codes */
  function show(codes) {
    stayOpen(dialog);
    refill(place, ...shown(codes, close));
    place.querySelector("ul")?.focus();
  }
  const dialog = openDialog(textOf(WORDS.codes), { class: "codes", "data-test": "codes" }, place);
  focus();
}

/**
 * @param {string[]} codes
 * @param {() => void} close
 */
function shown(codes, close) {
  const title = textOf(WORDS.codesOf, { day: dayInWords(now()) });
  const text = [title, location.host, ...codes].join("\n");
  const list = h(
    "ul",
    { role: "list", tabindex: -1, "data-test": "code-list", "aria-label": textOf(WORDS.codes) },
    ...codes.map((each) => h("li", {}, h("code", {}, each))),
  );
  const { copy, byHand } = copying(text, textOf(WORDS.copied), textOf(WORDS.toCopy));
  return [
    h("p", { class: "paper" }, `${title}. ${location.host}`),
    h("p", {}, textOf(WORDS.codesShown)),
    list,
    byHand,
    h(
      "div",
      { class: "choices" },
      button([icon("print"), t("share.print")], () => window.print(), { "data-test": "print-codes" }),
      copy,
      button(textOf(WORDS.kept), close, { class: "main", "data-test": "codes-kept" }),
    ),
  ];
}
