/** An event in a list: when, which, and what it is to me. */

import { stateOf } from "../elements/event-state.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { badge } from "../parts.js";
import { t } from "../texts.js";
import { clock, day } from "../times.js";

/** @typedef {import("../api.js").Event} Event */
/** @typedef {import("../api.js").AttendedEvent} AttendedEvent */

/** @param {Event} event */
export const stateChip = ({ time_from, time_to }) =>
  h("event-state", { class: "badge", from: time_from, to: time_to, "data-test": "state" });

/** @param {number} at */
export const markedAt = (at) => badge(`✓ ${clock(at)}`, "good");

/**
 * What there is to know of it first: my mark, or that it was annulled; of one that is over, that I have none; else when it is.
 * @param {Event} event
 * @param {AttendedEvent | undefined} record
 * @param {boolean} isMine
 */
function badgeOf(event, record, isMine) {
  if (record?.marked_at) return markedAt(record.marked_at);
  if (record?.annulled) return badge(t("me.annulled"), "warn");
  if (stateOf(event) !== "over") return stateChip(event);
  return record && !isMine ? badge(t("me.notMarked")) : stateChip(event);
}

/**
 * @param {Event} event
 * @param {{record?: AttendedEvent, isMine?: boolean}} [is] what I am in it
 */
export function eventRow(event, { record, isMine = false } = {}) {
  const from = clock(event.time_from);
  const began = day(event.time_from);
  const [first, second] = began === t("today") ? [from, clock(event.time_to)] : [began, from];
  return h(
    "a",
    { class: "row event-row", href: `#/event/${event.event_id}`, "data-test": "event" },
    h("span", { class: "when" }, h("span", {}, first), h("small", {}, second)),
    h(
      "span",
      { class: "name" },
      event.name,
      h("small", {}, badgeOf(event, record, isMine), isMine && h("span", {}, t("class.mine"))),
    ),
    icon("forward"),
  );
}
