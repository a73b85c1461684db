/** Where I was, and whether I was marked, a page at a time; what was annulled stays, with the reason. */

import { h } from "../dom.js";
import { readAttended } from "../events.js";
import { badge, empty, loaded } from "../parts.js";
import { t } from "../texts.js";
import { clock, span } from "../times.js";
import { keptRows } from "./kept-marks.js";
import { pages } from "./pages.js";
import { whyUndone } from "./undone.js";

const PAGE_ROWS = 20;

export function myAttendance() {
  return loaded({ "data-test": "my-attendance" }, read, keptRows);
}

async function read() {
  let seen = 0;
  const next = async () => {
    const some = await readAttended({ limit: PAGE_ROWS + 1, offset: seen });
    const page = some.slice(0, PAGE_ROWS);
    seen += page.length;
    return { items: page.map(row), isLast: page.length === some.length };
  };
  const first = await next();
  return seen === 0 ? [empty("check", t("me.noAttendance"))] : pages(first, next);
}

/** @param {import("../api.js").AttendedEvent} each */
function row(each) {
  const { annulled } = each;
  const state =
    each.marked_at !== null
      ? badge(`✓ ${clock(each.marked_at)}`, "good")
      : badge(t(annulled ? "me.annulled" : "me.notMarked"), annulled ? "warn" : undefined);
  return h(
    "a",
    { class: "row", href: `#/event/${each.event_id}`, "data-test": "event" },
    h(
      "span",
      { class: "name" },
      each.name,
      h("small", {}, span(each)),
      annulled && h("small", {}, whyUndone(annulled)),
    ),
    state,
  );
}
