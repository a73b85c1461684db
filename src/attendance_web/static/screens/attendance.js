/** For the organisers of an event: who is in it, by surname, and who was marked by whom. */

import * as api from "../api.js";
import { h } from "../dom.js";
import { tell } from "../notices.js";
import { choose, empty, iconButton, loaded, tick } from "../parts.js";
import { counted, language, t } from "../texts.js";
import { clock, span } from "../times.js";
import { toldApart } from "./person-search.js";

const AGAIN_EVERY_MS = 15_000;
const KEPT_FOR_MS = 60_000; // a file, for a browser that asks first where to put it
const STATES = /** @type {const} */ ({
  joined: "state.joined",
  waiting: "state.waiting",
  held: "state.held",
  marked: "state.marked",
  left: "state.left",
});
// A name begins with the surname, as on the list of the group
const BY_NAME = new Intl.Collator(language, { sensitivity: "base", numeric: true });

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
    const all = everybody.filter((each) => isListed(each, event));
    const apart = await toldApart(all);
    count.textContent = summary(all);
    if (all.length === 0) return [empty("people", t("attendance.none"))];
    all.sort((one, two) => BY_NAME.compare(one.display_name, two.display_name));
    const items = all.map((each) => line(each, names, apart.get(each.user_id)));
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
      iconButton("export", t("attendance.download"), () => download(event), { "data-test": "download" }),
      iconButton("print", t("attendance.print"), () => window.print(), { "data-test": "print" }),
      iconButton("refresh", t("refresh"), list.again, { "data-test": "refresh" }),
    ),
    h("p", { class: "paper" }, span(event)),
    count,
    list.view,
  );
}

/**
 * Whoever made the event is no participant, unless they act as one.
 * @param {Participant} each
 * @param {api.EventShown} event
 */
const isListed = (each, event) => each.user_id !== event.creator_id || each.state !== "joined";

/** @param {Participant[]} all */
function summary(all) {
  const who = all.filter((each) => each.state !== "left");
  const marked = who.filter((each) => each.state === "marked").length;
  const waiting = who.filter((each) => each.state === "waiting" || each.state === "held").length;
  if (who.length === 0) return "";
  const key = marked === 1 ? "attendance.oneMarked" : "attendance.marked";
  const first = t(key, { n: marked, all: who.length });
  return waiting ? `${first}, ${counted("attendance.waiting", waiting)}` : first;
}

/**
 * @param {Participant} each
 * @param {Map<number, string>} names
 * @param {string} [apart]
 */
function line(each, names, apart) {
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
        : h("small", {}, t(STATES[each.state])),
    ),
  );
}

/**
 * The list as a file, in the two ways that one opens such a list. Contract: 8.13.
 * @param {api.EventShown} event
 */
function download({ event_id }) {
  const save = async (/** @type {"xlsx" | "csv"} */ format) => {
    const { file, name } = await api.exportAttendance(event_id, format);
    const href = URL.createObjectURL(file);
    h("a", { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), KEPT_FOR_MS);
    tell(t("attendance.downloaded", { name }));
  };
  choose(
    t("attendance.download"),
    { label: t("attendance.xlsx"), drawing: "sheet", work: () => save("xlsx"), test: "xlsx" },
    { label: t("attendance.csv"), drawing: "my-events", work: () => save("csv"), test: "csv" },
  );
}
