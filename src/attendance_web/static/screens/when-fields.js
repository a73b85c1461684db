/** Fields that the forms of a new and of a changed event have alike. */

import { h } from "../dom.js";
import { t } from "../texts.js";

/** @param {string} [value] */
export const nameInput = (value = "") =>
  h("input", {
    name: "name",
    "data-field": "name",
    maxlength: 128,
    required: true,
    autocomplete: "off",
    value,
  });

/**
 * @param {string} legend
 * @param {...HTMLElement} children
 */
export function group(legend, ...children) {
  return h("fieldset", { class: "chips" }, h("legend", {}, legend), ...children);
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string} label
 * @param {boolean} checked
 */
export function choice(name, value, label, checked) {
  const input = h("input", { type: "radio", name, value, checked });
  return h("label", { class: "chip" }, input, h("span", {}, label));
}

/** @param {string} chosen */
export function whoMarks(chosen) {
  return group(
    t("who"),
    choice("who", "everybody", t("who.everybody"), chosen === "everybody"),
    choice("who", "confirmed", t("who.confirmed"), chosen === "confirmed"),
    choice("who", "organisers", t("who.organisers"), chosen === "organisers"),
  );
}

/**
 * @param {FormData} given
 * @returns {import("../api.js").WhoMarks}
 */
export function chosenWho(given) {
  const who = given.get("who");
  return who === "confirmed" || who === "organisers" ? who : "everybody";
}
