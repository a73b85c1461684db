/** A new class, in three taps: its name, when it begins, how long it lasts. */

import * as api from "../api.js";
import { CallFailed } from "../calling.js";
import { h } from "../dom.js";
import { Wrong, clearComplaint, complain, field, form } from "../forms.js";
import { openDialog } from "../parts.js";
import { go } from "../router.js";
import { t } from "../texts.js";
import { clock, dayInWords, fieldTime, length, now, timeOfField } from "../times.js";
import { choice, chosenWho, group, nameInput, whoMarks } from "./when-fields.js";

const LENGTHS_MINUTES = [45, 90, 180];
const USUAL_MINUTES = 90;
const BEGAN_SECONDS = 60; // ago, so that marking can begin at once
const LATER_SECONDS = 3_600;
const MAX_NAME_LENGTH = 128; // Contract: 5.2, of a name

export function openNewEvent() {
  const name = nameInput();
  const at = h("input", { type: "datetime-local", name: "at", "data-field": "time_from time_to" });
  at.required = true;
  at.value = fieldTime(now() + LATER_SECONDS);
  const when = field(t("new.at"), at);
  when.hidden = true;
  const free = h("div", { class: "choices" });
  const made = form(
    {
      onchange: () => (when.hidden = chosen().get("start") === "now"),
    },
    async () => {
      const isNow = chosen().get("start") === "now";
      const start = isNow ? now() - BEGAN_SECONDS : timeOfField(at.value);
      if (start === null) throw new Wrong("time_from", t("new.when"));
      const end = (isNow ? now() : start) + Number(chosen().get("length")) * 60;
      free.replaceChildren();
      try {
        const id = await api.createEvent({
          name: name.value,
          time_from: Math.floor(start),
          time_to: Math.floor(end),
          who_marks: chosenWho(chosen()),
        });
        dialog.close();
        go(`/event/${id}`);
      } catch (error) {
        if (!(error instanceof CallFailed) || error.code !== "event_name_taken") throw error;
        free.replaceChildren(offered(freeName(name.value, start)));
        complain(name, error.message);
      }
    },
    field(t("new.name"), name),
    free,
    group(
      t("new.start"),
      choice("start", "now", t("new.now"), true),
      choice("start", "later", t("new.later"), false),
    ),
    when,
    group(
      t("new.length"),
      ...LENGTHS_MINUTES.map((each) => choice("length", String(each), length(each * 60), each === USUAL_MINUTES)),
    ),
    h("details", {}, h("summary", {}, t("new.more")), whoMarks("everybody")),
    h(
      "div",
      { class: "choices" },
      h("button", { class: "main", "data-test": "submit" }, t("new.create")),
      h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, t("cancel")),
    ),
  );
  const chosen = () => new FormData(made);
  name.addEventListener("input", () => free.replaceChildren());
  /** @param {string} another that is probably free */
  function offered(another) {
    const take = () => {
      name.value = another;
      clearComplaint(name);
      free.replaceChildren();
      name.focus();
    };
    return h("button", { type: "button", "data-test": "free-name", onclick: take }, another);
  }
  const dialog = openDialog(t("new.title"), { "data-test": "new-event" }, made);
  name.focus();
}

/**
 * Like "Analysis, 28 November".
 * @param {string} name
 * @param {number} at when it begins
 */
function freeName(name, at) {
  const day = dayInWords(at);
  const short = name.trim();
  const more = short.includes(day) ? `, ${clock(at)}` : `, ${day}`;
  return short.slice(0, MAX_NAME_LENGTH - more.length) + more;
}
