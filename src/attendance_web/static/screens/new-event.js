/** A new event, in three taps: its name, when it begins, how long it lasts. */

import * as api from "../api.js";
import { h } from "../dom.js";
import { field, form } from "../parts.js";
import { go } from "../router.js";
import { t } from "../texts.js";
import { fieldTime, length, now, timeOfField } from "../times.js";

const LENGTHS = [45, 90, 180]; // minutes
const USUAL = 90;
const BEGAN = 60; // seconds ago, so that marking can begin at once

export function newEvent() {
  const name = h("input", { name: "name", maxlength: 128, required: true, autocomplete: "off" });
  const at = h("input", { type: "datetime-local", name: "at", "aria-label": t("new.at") });
  at.value = fieldTime(now() + 3_600);
  at.oninput = () => {
    const later = /** @type {HTMLInputElement} */ (made.querySelector("[value=later]"));
    later.checked = true;
  };
  const dialog = h("dialog", { "aria-labelledby": "new-event", "data-test": "new-event" });
  const made = form(
    {},
    async () => {
      const chosen = new FormData(made);
      const isNow = chosen.get("start") === "now";
      const start = isNow ? now() - BEGAN : timeOfField(at.value);
      if (start === null) throw new Error(t("new.when"));
      const end = (isNow ? now() : start) + Number(chosen.get("length")) * 60;
      const id = await api.createEvent({
        name: name.value,
        time_from: Math.floor(start),
        time_to: Math.floor(end),
      });
      dialog.close();
      go(`/event/${id}`);
    },
    field(t("new.name"), name),
    group(
      t("new.start"),
      choice("start", "now", t("new.now"), true),
      choice("start", "later", t("new.later"), false),
      at,
    ),
    group(
      t("new.length"),
      ...LENGTHS.map((each) => choice("length", String(each), length(each * 60), each === USUAL)),
    ),
    h(
      "div",
      { class: "choices" },
      h("button", { class: "main", "data-test": "submit" }, t("new.create")),
      h("button", { type: "button", onclick: () => dialog.close() }, t("cancel")),
    ),
  );
  dialog.append(h("h2", { id: "new-event" }, t("new.title")), made);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  name.focus();
}

/**
 * @param {string} legend
 * @param {...HTMLElement} children
 */
function group(legend, ...children) {
  return h("fieldset", { class: "chips" }, h("legend", {}, legend), ...children);
}

/**
 * @param {string} name
 * @param {string} value
 * @param {string} label
 * @param {boolean} checked
 */
function choice(name, value, label, checked) {
  const input = h("input", { type: "radio", name, value, checked });
  return h("label", { class: "chip" }, input, h("span", {}, label));
}
