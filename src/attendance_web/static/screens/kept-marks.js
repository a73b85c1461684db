/** My marks as this browser keeps them: what is left of them where there is no signal. */

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { badge, rows } from "../parts.js";
import { keptMarks } from "../receipts.js";
import { session } from "../session.js";
import { t } from "../texts.js";
import { clock, day } from "../times.js";

/** @typedef {import("../receipts.js").Receipt} Receipt */

/** @param {Receipt} mark */
const shortly = ({ marked_at, by }) => `${day(marked_at)}, ${t("me.kept.by", { name: by })}`;

export function keptRows() {
  const marks = keptMarks(session.value.userId);
  if (!marks.length) return [];
  return [h("p", { class: "none kept" }, t("me.kept")), rows({ "data-test": "kept" }, ...marks.map(row))];
}

/** @param {Receipt} mark */
function row(mark) {
  const { event_id, name, marked_at } = mark;
  const said = h("span", { class: "name" }, name, h("small", {}, shortly(mark)));
  const href = `#/event/${event_id}`;
  return h("a", { class: "row", href, "data-test": "event" }, said, badge(`✓ ${clock(marked_at)}`, "good"));
}

/** @param {Receipt} mark */
export function keptReceipt(mark) {
  return h(
    "div",
    { class: "card good my-mark", "data-test": "kept-receipt" },
    icon("check"),
    h("p", {}, t("event.marked", { time: clock(mark.marked_at), name: mark.by })),
    h("p", { class: "why" }, [day(mark.marked_at), mark.own].filter(Boolean).join(", ")),
  );
}
