/** A new token: what it is for, what it opens, for how long; then its secret, shown once. */

import { proof } from "../access/proof.js";
import { copying, stayOpen } from "../access/shown-once.js";
import { h, refill } from "../dom.js";
import { Wrong, clearComplaint, field, form } from "../forms.js";
import { button, openDialog } from "../parts.js";
import { t, textOf } from "../texts.js";
import { createToken } from "./calls.js";
import { SCOPES, WORDS } from "./words.js";

/** @typedef {import("./calls.js").Scope} Scope */

const MAX_NAME_LENGTH = 64; // Contract: CreateToken
const MAX_DAYS = 365; // Contract: CreateToken
const USUAL_DAYS = 90; // Contract: CreateToken

/** @param {() => void} made is called once there is one */
export function askForToken(made) {
  const name = h("input", {
    name: "name",
    "data-field": "name",
    autocomplete: "off",
    maxlength: MAX_NAME_LENGTH,
    required: true,
  });
  const days = h("input", {
    type: "number",
    name: "days",
    "data-field": "expires_in_days",
    inputmode: "numeric",
    min: 1,
    max: MAX_DAYS,
    step: 1,
    value: USUAL_DAYS,
    required: true,
  });
  const { asked, password } = proof();
  const scopes = choosing();
  const body = form(
    { "data-test": "token-form" },
    async () => {
      const given = {
        name: name.value.trim(),
        scopes: scopes.chosen(),
        expires_in_days: days.valueAsNumber,
        password: password(),
      };
      if (given.scopes.length === 0) throw new Wrong("scopes", textOf(WORDS.noScope));
      if (!days.validity.valid) throw new Wrong("expires_in_days", textOf(WORDS.daysHelp));
      show(given.name, await createToken(given));
      made();
    },
    field(textOf(WORDS.name), name, textOf(WORDS.nameHelp)),
    scopes.view,
    field(textOf(WORDS.days), days, textOf(WORDS.daysHelp)),
    asked,
    h(
      "div",
      { class: "choices" },
      h("button", { class: "main", "data-test": "submit" }, textOf(WORDS.make)),
      h("button", { type: "button", class: "plain", onclick: close }, t("cancel")),
    ),
  );
  const place = h("div", {}, body);
  /** @param {string} of @param {string} secret */
  function show(of, secret) {
    stayOpen(dialog);
    refill(place, ...shown(of, secret, close));
    place.querySelector("code")?.focus();
  }
  function close() {
    dialog.close();
  }
  const dialog = openDialog(textOf(WORDS.make), { class: "token", "data-test": "making-token" }, place);
  name.focus();
}

/** What it opens: a sentence for each scope, beside the name that programs have for it. */
function choosing() {
  const names = /** @type {Scope[]} */ (Object.keys(SCOPES));
  const boxes = names.map((name) => h("input", { type: "checkbox", name: "scope", value: name }));
  const [first] = boxes;
  const wrong = h("small", { class: "bad", id: "scope-wrong", hidden: true, "data-test": "wrong-scopes" });
  if (first) {
    first.id = "scope"; // what is wrong with all of them is said of the first
    first.dataset.field = "scopes";
  }
  const lines = names.map((name, at) =>
    h("label", {}, boxes[at], h("span", {}, textOf(SCOPES[name]), h("code", {}, name))),
  );
  const view = h(
    "fieldset",
    { class: "scopes", "aria-describedby": wrong.id, onchange: () => first && clearComplaint(first) },
    h("legend", {}, textOf(WORDS.scopes)),
    ...lines,
    wrong,
  );
  const chosen = () => names.filter((_, at) => boxes[at]?.checked);
  return { view, chosen };
}

/**
 * @param {string} name
 * @param {string} secret
 * @param {() => void} close
 */
function shown(name, secret, close) {
  const { copy, byHand } = copying(secret, textOf(WORDS.copied), textOf(WORDS.toCopy, { name }));
  const label = textOf(WORDS.toCopy, { name });
  return [
    h("p", {}, textOf(WORDS.shown)),
    h("p", {}, h("code", { tabindex: -1, "aria-label": label, "data-test": "token-secret" }, secret)),
    byHand,
    h(
      "div",
      { class: "choices" },
      copy,
      button(textOf(WORDS.kept), close, { class: "main", "data-test": "token-kept" }),
    ),
  ];
}
