/** Getting back in without the password: by a code, or by a link from those who run the service. */

import { recover, reset } from "../access/calls.js";
import { WORDS } from "../access/words.js";
import { doOrSayWrong } from "../access/wrong.js";
import { h } from "../dom.js";
import { field, form, passwordField, usernameField } from "../forms.js";
import { tell } from "../notices.js";
import { heading } from "../parts.js";
import { goInstead } from "../router.js";
import { entered } from "../session.js";
import { t, textOf } from "../texts.js";

/** @typedef {import("../router.js").Screen} Screen */

/** @returns {Screen} */
export function forgotten() {
  const username = usernameField();
  const code = h("input", {
    name: "code",
    "data-field": "code",
    autocomplete: "off",
    autocapitalize: "characters",
    autocorrect: "off",
    spellcheck: "false",
    maxlength: 64,
    required: true,
  });
  const password = passwordField("new-password", "new_password");
  const view = form(
    { "data-test": "recovery" },
    async () => {
      const given = /** @type {const} */ ([username.value.trim(), code.value.trim(), password.value]);
      comeIn(await doOrSayWrong("code", WORDS.wrongCode, () => recover(...given)));
    },
    field(t("welcome.username"), username),
    field(textOf(WORDS.code), code),
    field(textOf(WORDS.new), password, textOf(WORDS.newHelp)),
    h("button", { class: "main wide", "data-test": "submit" }, textOf(WORDS.recover)),
  );
  return screen(textOf(WORDS.forgotten), h("p", {}, textOf(WORDS.forgottenHelp)), view, back());
}

/**
 * @param {string} token
 * @returns {Screen}
 */
export function resetting(token) {
  const password = passwordField("new-password", "new_password");
  const view = form(
    { "data-test": "reset" },
    async () => {
      comeIn(await doOrSayWrong("token", WORDS.wrongLink, () => reset(token, password.value)));
    },
    field(textOf(WORDS.new), password, textOf(WORDS.newHelp)),
    h("button", { class: "main wide", "data-test": "submit" }, textOf(WORDS.recover)),
  );
  return screen(textOf(WORDS.reset), view, back());
}

/** @param {number} userId */
function comeIn(userId) {
  goInstead("/");
  tell(textOf(WORDS.changed));
  entered(userId);
}

function back() {
  const given = { class: "button quiet wide", href: "#/", "data-test": "back-to-log-in" };
  return h("a", given, textOf(WORDS.back));
}

/**
 * @param {string} title
 * @param {...HTMLElement} children
 */
function screen(title, ...children) {
  const view = h("section", { class: "narrow welcome" }, heading(title), ...children);
  return { view, title };
}
