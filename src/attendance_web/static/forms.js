/** Forms that are sent once at a time, and that say beside a field what is wrong with it. */

import { CallFailed } from "./calling.js";
import { h, say } from "./dom.js";
import { t } from "./texts.js";

/** @typedef {import("./dom.js").Child} Child */
/** @typedef {HTMLInputElement | HTMLTextAreaElement} Input */

let count = 0;

/** Something that a person has to mend in a field before it can be sent. */
export class Wrong extends Error {
  /**
   * @param {string} field
   * @param {string} message
   */
  constructor(field, message) {
    super(message);
    this.field = field;
  }
}

/**
 * A field with its label, what helps to fill it, and a place for what is wrong with it.
 * @param {string} label
 * @param {Input} input
 * @param {string} [help]
 */
export function field(label, input, help) {
  const id = `field-${++count}`;
  const wrong = h("small", { class: "bad", id: `${id}-wrong`, "data-test": `wrong-${input.name}` });
  wrong.hidden = true;
  input.id = id;
  input.setAttribute("aria-describedby", help ? `${id}-wrong ${id}-help` : wrong.id);
  input.addEventListener("input", () => clearComplaint(input));
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    input,
    wrong,
    help && h("small", { id: `${id}-help` }, help),
  );
}

/** By what one logs in, which browsers fill and keep. */
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

/**
 * A form; the last child is its buttons, above which it says what is no field's.
 * @param {Record<string, unknown>} given
 * @param {(form: HTMLFormElement) => Promise<void>} send
 * @param {...Child} children
 */
export function form(given, send, ...children) {
  const wrong = h("p", { class: "bad wrong", role: "alert", "data-test": "form-error" });
  const form = h(
    "form",
    { novalidate: true, ...given, onsubmit: submitted },
    ...children.slice(0, -1),
    wrong,
    children.at(-1),
  );
  /** @param {SubmitEvent} event */
  async function submitted(event) {
    event.preventDefault();
    if (form.getAttribute("aria-busy") === "true") return;
    wrong.textContent = "";
    if (complainOfAll(form)) return;
    form.setAttribute("aria-busy", "true");
    try {
      await send(form);
    } catch (error) {
      const input = inputOf(form, error);
      const text = error instanceof Error ? error.message : String(error);
      if (input) complain(input, text);
      else wrong.textContent = text;
    } finally {
      form.removeAttribute("aria-busy");
    }
  }
  return form;
}

/**
 * Says beside a field what is wrong with it, and leads there.
 * @param {Input} input
 * @param {string} text
 */
export function complain(input, text) {
  const wrong = wrongOf(input);
  if (!wrong) return;
  wrong.hidden = false;
  say(wrong, text);
  input.setAttribute("aria-invalid", "true");
  input.focus();
}

/** @param {Input} input what was wrong with it is forgotten */
export function clearComplaint(input) {
  const wrong = wrongOf(input);
  if (!wrong || wrong.hidden) return;
  wrong.hidden = true;
  wrong.textContent = "";
  input.removeAttribute("aria-invalid");
}

/** @param {Input} input */
const wrongOf = (input) => document.getElementById(`${input.id}-wrong`);

/**
 * @param {HTMLFormElement} form
 * @param {unknown} error
 * @returns {Input | null} the field that it is about; null for none of this form
 */
function inputOf(form, error) {
  const isNamed = error instanceof CallFailed || error instanceof Wrong;
  if (!isNamed || !error.field) return null;
  /** @type {Input | null} */
  const found = form.querySelector(`[data-field~="${CSS.escape(error.field)}"]`);
  return found && wrongOf(found) ? found : null;
}

/**
 * Tells whether any field cannot be sent, and says why beside it; the first gets the focus.
 * @param {HTMLFormElement} form
 */
function complainOfAll(form) {
  /** @type {NodeListOf<Input>} */
  const inputs = form.querySelectorAll("input[aria-describedby], textarea[aria-describedby]");
  const wrong = [...inputs].filter((each) => each.offsetParent !== null && lacking(each) !== "");
  for (const each of wrong.reverse()) complain(each, lacking(each)); // so that the first is the last
  return wrong.length > 0;
}

/**
 * @param {Input} input
 * @returns {string} what is to be said of it; nothing where it can be sent
 */
function lacking(input) {
  const length = [...input.value.trim()].length;
  if (input.required && length === 0) return t("field.missing");
  if (length > 0 && length < input.minLength) return t("field.short", { least: input.minLength });
  return input.validity.badInput ? t("field.missing") : "";
}
