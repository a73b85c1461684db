/** Recovery codes: asked for by the password, shown once, to be printed or copied. */

import { h, refill } from "../dom.js";
import { field, form, passwordField } from "../forms.js";
import { icon } from "../icons.js";
import { tell } from "../notices.js";
import { button, sheet } from "../parts.js";
import { t, told } from "../texts.js";
import { dayInWords, now } from "../times.js";
import { makeCodes } from "./calls.js";
import { WORDS } from "./words.js";
import { sayWrong } from "./wrong.js";

/** Opens a sheet that asks for the password, and then shows the codes. */
export function askForCodes() {
  const password = passwordField("current-password");
  const close = () => dialog.close();
  const body = form(
    { "data-test": "codes-proof" },
    async () => {
      show(await sayWrong("password", WORDS.wrong, () => makeCodes(password.value)));
    },
    field(t("welcome.password"), password, told(WORDS.codesHelp)),
    h(
      "div",
      { class: "choices" },
      h("button", { class: "main", "data-test": "submit" }, told(WORDS.makeCodes)),
      h("button", { type: "button", class: "plain", onclick: close }, t("cancel")),
    ),
  );
  const place = h("div", {}, body);
  /** @param {string[]} codes */
  function show(codes) {
    dialog.setAttribute("data-codes", ""); // closed by nothing but its button
    refill(place, ...shown(codes, close));
    place.querySelector("ul")?.focus();
  }
  const dialog = sheet(told(WORDS.codes), { class: "codes", "data-test": "codes" }, place);
  dialog.addEventListener("cancel", (event) => {
    if (dialog.hasAttribute("data-codes")) event.preventDefault();
  });
  password.focus();
}

/**
 * @param {string[]} codes
 * @param {() => void} close
 */
function shown(codes, close) {
  const title = told(WORDS.codesOf, { day: dayInWords(now()) });
  const text = [title, location.host, ...codes].join("\n");
  const list = h(
    "ul",
    { role: "list", tabindex: -1, "data-test": "code-list", "aria-label": told(WORDS.codes) },
    ...codes.map((each) => h("li", {}, h("code", {}, each))),
  );
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      tell(told(WORDS.copied));
    } catch {
      byHand.hidden = false; // not allowed, or unknown
      byHand.select();
    }
  };
  const byHand = h(
    "textarea",
    { rows: codes.length + 2, readonly: true, hidden: true, "aria-label": told(WORDS.toCopy) },
    text,
  );
  return [
    h("p", { class: "paper" }, `${title}. ${location.host}`),
    h("p", {}, told(WORDS.codesShown)),
    list,
    byHand,
    h(
      "div",
      { class: "choices" },
      button([icon("print"), t("share.print")], () => window.print(), { "data-test": "print-codes" }),
      button([icon("copy"), told(WORDS.copyCodes)], copy, { "data-test": "copy-codes" }),
      button(told(WORDS.kept), close, { class: "main", "data-test": "codes-kept" }),
    ),
  ];
}
