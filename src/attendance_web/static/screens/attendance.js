/** For the organisers of an event, at a glance: who is in it, by surname, and who was marked by whom. */

import * as api from "../api.js";
import { h } from "../dom.js";
import { stateOf } from "../elements/event-state.js";
import { empty, iconButton, loaded, tick } from "../parts.js";
import { STATE_WORDS, countsOf, listed, saidOf } from "../sheet/rows.js";
import { counted, t } from "../texts.js";
import { clock } from "../times.js";
import { tellApart } from "./person-search.js";

const AGAIN_EVERY_MS = 15_000;

/** @typedef {api.Participant} Participant */

/**
 * @param {api.EventShown} event
 * @param {import("../life.js").Life} life
 */
export function attendance(event, life) {
  const count = h("p", { class: "count", "data-test": "attendance-count" });
  const list = loaded({ "data-test": "attendance" }, async () => {
    const everybody = await api.attendance(event.event_id);
    const names = new Map(everybody.map((each) => [each.user_id, each.display_name]));
    const all = listed(everybody, event.creator_id);
    const apart = await tellApart(all);
    count.textContent = summary(all);
    if (all.length === 0) return [empty("people", t("attendance.none"))];
    const isOver = stateOf(event) === "over";
    const items = all.map((each) => line(each, isOver, names, apart.get(each.user_id)));
    return [h("ol", { class: "rows attendance", role: "list" }, ...items)];
  });
  life.every(AGAIN_EVERY_MS, () => {
    const isRead = list.view.contains(document.activeElement); // by keyboard: stays where it is
    if (!isRead) void list.again();
  });
  return h(
    "section",
    { class: "list", "aria-labelledby": "attendance" },
    h(
      "header",
      { class: "heading" },
      h("h2", { id: "attendance" }, t("attendance.title")),
      iconButton("refresh", t("refresh"), list.again, { "data-test": "refresh" }),
    ),
    count,
    list.view,
  );
}

/** @param {readonly Participant[]} everybody */
export function summary(everybody) {
  const { all, marked, waiting } = countsOf(everybody);
  if (all === 0) return "";
  const key = marked === 1 ? "attendance.oneMarked" : "attendance.marked";
  const first = t(key, { n: marked, all });
  return waiting ? `${first}, ${counted("attendance.waiting", waiting)}` : first;
}

/**
 * @param {Participant} each
 * @param {boolean} isOver
 * @param {Map<number, string>} names
 * @param {string} [apart]
 */
function line(each, isOver, names, apart) {
  const by = each.marked_by === null ? undefined : names.get(each.marked_by);
  const isMarked = each.state === "marked";
  const at = isMarked && each.marked_at !== null ? clock(each.marked_at) : "";
  const person = { class: "row", href: `#/person/${each.user_id}` };
  return h(
    "li",
    { "data-state": each.state },
    h(
      "a",
      { ...person, "data-test": `person-${each.user_id}` },
      h(
        "span",
        { class: "name" },
        each.display_name,
        each.confirmed && " ",
        each.confirmed && tick(),
        apart && h("small", {}, apart),
      ),
      isMarked
        ? h("small", { class: "good" }, `✓ ${at}`, by && h("span", { class: "by" }, by))
        : h("small", {}, t(STATE_WORDS[saidOf(each, isOver)])),
    ),
  );
}
