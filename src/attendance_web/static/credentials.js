/** Fields of log-ins and passwords, which browsers fill and keep. */

import { h } from "./dom.js";

export function usernameField() {
  return h("input", {
    name: "username",
    "data-field": "username",
    autocomplete: "username",
    autocapitalize: "none",
    autocorrect: "off",
    spellcheck: "false",
    maxlength: 64,
    required: true,
  });
}

/**
 * @param {"current-password" | "new-password"} autocomplete
 * @param {string} [name] of the argument that it becomes
 */
export function passwordField(autocomplete, name = "password") {
  const minlength = autocomplete === "new-password" ? 8 : 1;
  const type = { type: "password", minlength, maxlength: 256, required: true };
  return h("input", { name, "data-field": name, autocomplete, ...type });
}
