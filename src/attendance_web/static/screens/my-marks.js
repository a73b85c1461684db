/** Where I was marked, a page at a time; what was annulled stays, with the reason. */

import * as api from "../api.js";
import { h } from "../dom.js";
import { badge, button, empty, loaded, rows } from "../parts.js";
import { t } from "../texts.js";
import { clock, span } from "../times.js";

const PAGE_ROWS = 20;
const REASONS = /** @type {const} */ ({
  wrong_person: "reason.wrong_person",
  not_present: "reason.not_present",
  duplicate: "reason.duplicate",
  not_me: "reason.not_me",
  other: "reason.other",
});

export function myMarks() {
  return loaded({ "data-test": "my-attendance" }, async () => {
    const all = await api.myAttendance({ limit: PAGE_ROWS });
    if (!all.length) return [empty("check", t("me.noAttendance"))];
    const list = rows({}, ...all.map(row));
    const foot = h("div", { class: "choices" });
    let seen = all.length;
    const more = async () => {
      const some = await api.myAttendance({ limit: PAGE_ROWS, offset: seen });
      const added = [...rows({}, ...some.map(row)).children];
      list.append(...added);
      seen += some.length;
      added[0]?.querySelector("a")?.focus();
      if (some.length < PAGE_ROWS) foot.replaceChildren();
    };
    if (seen === PAGE_ROWS) foot.append(button(t("more"), more, { "data-test": "more" }));
    return [list, foot];
  });
}

/** @param {api.Attended} each */
function row(each) {
  const { annulled } = each;
  const why = annulled && [t(REASONS[annulled.reason] ?? "reason.other"), annulled.note];
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
      why && h("small", {}, why.filter(Boolean).join(". ")),
    ),
    state,
  );
}
