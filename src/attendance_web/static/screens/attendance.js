/** For the creator of an event: who is in it, and who was marked by whom. */

import * as api from "../api.js";
import { h } from "../dom.js";
import { badge, button, loaded, personLink, tick } from "../parts.js";
import { counted, t } from "../texts.js";
import { clock } from "../times.js";

const AGAIN_EVERY = 15_000;
const STATES = /** @type {const} */ ({
  joined: "state.joined",
  waiting: "state.waiting",
  held: "state.held",
  marked: "state.marked",
  left: "state.left",
});

/**
 * @param {string} eventId
 * @param {import("../life.js").Life} life of what is shown
 */
export function attendance(eventId, life) {
  const list = loaded({ "data-test": "attendance" }, async () => {
    const participants = await api.attendance(eventId);
    const names = new Map(participants.map((each) => [each.user_id, each.display_name]));
    const marked = participants.filter((each) => each.state === "marked").length;
    return [
      h("p", {}, counted("attendance.marked", marked, { all: participants.length })),
      ...participants.map((each) => line(each, names)),
    ];
  });
  life.every(AGAIN_EVERY, () => {
    const isRead = list.view.contains(document.activeElement); // by keyboard: stays where it is
    if (!isRead) void list.again();
  });
  return h(
    "section",
    { "aria-labelledby": "attendance" },
    h(
      "header",
      { class: "between" },
      h("h2", { id: "attendance" }, t("attendance.title")),
      button(t("refresh"), list.again, { class: "quiet", "data-test": "refresh" }),
    ),
    list.view,
  );
}

/**
 * @param {api.Participant} each
 * @param {Map<number, string>} names
 */
function line(each, names) {
  const by = each.marked_by === null ? undefined : names.get(each.marked_by);
  const at = each.marked_at === null ? "" : clock(each.marked_at);
  const state = t(STATES[each.state]);
  const told = by ? t("attendance.by", { name: by, time: at }) : at && `${state}, ${at}`;
  const mark = each.state === "marked" && h("small", { class: "good" }, `✓ ${told}`);
  return personLink(each, mark || badge(state), each.confirmed && tick());
}
