/** Proof that it is me who asks: my password, or a fresh log-in where I have none. Contract: 9.1. */

import { h } from "../dom.js";
import { field, passwordField } from "../forms.js";
import { t, textOf } from "../texts.js";
import { hasPassword } from "./calls.js";
import { WORDS } from "./words.js";

/**
 * What a form asks for it, and what is sent of it.
 * @param {string} [help]
 * @returns {{asked: HTMLElement, password: () => string | undefined, focus: () => void}}
 */
export function proof(help) {
  if (!hasPassword) {
    const asked = h("p", {}, textOf(WORDS.freshLogIn));
    return { asked, password: () => undefined, focus: () => {} };
  }
  const typed = passwordField("current-password");
  const asked = field(t("welcome.password"), typed, help);
  return { asked, password: () => typed.value, focus: () => typed.focus() };
}
