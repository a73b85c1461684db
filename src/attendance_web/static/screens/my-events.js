/** All events of mine: those to come, and those that are over, a page at a time. */

import * as api from "../api.js";
import { readNext, readPast } from "../events.js";
import { h } from "../dom.js";
import { Life } from "../life.js";
import { button, heading, loaded, rows, section } from "../parts.js";
import { t } from "../texts.js";
import { eventRow } from "./event-row.js";
import { eventSearch } from "./event-search.js";
import { newEventButton } from "./today.js";

const MARKS = 200; // the last of mine: of those of years ago a row does not tell

/** @typedef {import("../events.js").Own} Own */

/** @returns {import("../router.js").Screen} */
export function myEvents() {
  const life = new Life();
  const lists = loaded({}, async () => {
    const [next, past, attended] = await Promise.all([
      readNext(),
      readPast(),
      api.myAttendance({ limit: MARKS }),
    ]);
    const records = new Map(attended.map((each) => [each.event_id, each]));
    /** @param {Own} each */
    const row = (each) =>
      eventRow(each, { record: records.get(each.event_id), isMine: each.organiser });
    const toCome = next.length ? rows({}, ...next.map(row)) : none("classes.noneToCome");
    return [
      section(t("classes.toCome"), h("div", { "data-test": "to-come" }, toCome)),
      section(t("classes.past"), h("div", { "data-test": "past" }, ...readOn(past, row))),
    ];
  });
  const search = eventSearch(lists.view, life);
  const title = t("classes.title");
  const head = heading(title, "", newEventButton());
  const view = h("section", {}, head, search.field, search.found, lists.view);
  return { view, title, tab: "my-events", leave: () => life.end() };
}

/** @param {import("../texts.js").Key} key */
const none = (key) => h("p", { class: "none" }, t(key));

/**
 * Those that are over, and a way to those before them.
 * @param {Own[]} past
 * @param {(each: Own) => HTMLElement} row
 */
function readOn(past, row) {
  if (!past.length) return [none("classes.nonePast")];
  const list = rows({}, ...past.map(row));
  let last = past.at(-1);
  const more = async () => {
    const page = await readPast(last);
    last = page.at(-1);
    const added = [...rows({}, ...page.map(row)).children];
    list.append(...added);
    added[0]?.querySelector("a")?.focus();
    if (!added.length) foot.remove();
  };
  const foot = h("div", { class: "choices" }, button(t("more"), more, { "data-test": "more" }));
  return past.length < FEW ? [list] : [list, foot];
}

const FEW = 10; // so few that there are no others: a page has more
