/** An event that is to be called otherwise, to end otherwise, or to be marked by others. */

import * as api from "../api.js";
import { h } from "../dom.js";
import { Wrong, field, form } from "../forms.js";
import { tell } from "../notices.js";
import { openDialog } from "../parts.js";
import { t } from "../texts.js";
import { fieldTime, now, timeOfField } from "../times.js";
import { chosenWho, nameInput, whoMarks } from "./when-fields.js";

/**
 * @param {api.EventShown} event
 * @param {() => Promise<void>} changed
 */
export function editEvent(event, changed) {
  const name = nameInput(event.name);
  const start = timeInput("start", "time_from", event.time_from);
  const end = timeInput("end", "time_to", event.time_to);
  const hasBegun = event.time_from <= now();
  const who = event.who_marks ?? "everybody";
  const made = form(
    {},
    async () => {
      const chosen = {
        name: name.value,
        time_from: changedTime(start, event.time_from, hasBegun),
        time_to: changedTime(end, event.time_to, false),
        who_marks: chosenWho(new FormData(made)),
      };
      await api.updateEvent(event.event_id, chosen);
      dialog.close();
      await changed();
      tell(t("saved"));
    },
    field(t("new.name"), name),
    hasBegun ? null : field(t("edit.start"), start),
    field(t("edit.end"), end),
    whoMarks(who),
    h(
      "div",
      { class: "choices" },
      h("button", { class: "main", "data-test": "submit" }, t("save")),
      h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, t("cancel")),
    ),
  );
  const dialog = openDialog(t("manage.edit.title"), { "data-test": "edit-event" }, made);
}

/**
 * @param {string} name
 * @param {string} means
 * @param {number} at
 */
function timeInput(name, means, at) {
  const made = h("input", { type: "datetime-local", name, "data-field": means, required: true });
  made.value = made.defaultValue = fieldTime(at);
  return made;
}

/**
 * A field shows minutes: what was not touched keeps its seconds.
 * @param {HTMLInputElement} input
 * @param {number} before
 * @param {boolean} isFixed
 */
function changedTime(input, before, isFixed) {
  if (isFixed || input.value === input.defaultValue) return before;
  const at = timeOfField(input.value);
  if (at === null) throw new Wrong(input.dataset.field ?? "", t("new.when"));
  return Math.floor(at);
}
