/** All events of mine: those to come, and those that are over, a page at a time. */

import { readAttended, readOwnPast, readOwnToCome } from "../events.js";
import { h } from "../dom.js";
import { Life } from "../life.js";
import { heading, loaded, section } from "../parts.js";
import { t } from "../texts.js";
import { eventRow } from "./event-row.js";
import { eventSearch } from "./event-search.js";
import { pages } from "./pages.js";
import { newEventButton } from "./today.js";

const MAX_ATTENDED = 200; // the last of mine: of those of years ago a row does not tell

/** @typedef {import("../events.js").Own} Own */
/** @typedef {(each: Own) => HTMLElement} Row */

/** @returns {import("../router.js").Screen} */
export function myEvents() {
  const life = new Life();
  const lists = loaded({}, async () => {
    const [next, past, attended] = await Promise.all([
      readOwnToCome(),
      readOwnPast(),
      readAttended({ limit: MAX_ATTENDED }),
    ]);
    const records = new Map(attended.map((each) => [each.event_id, each]));
    /** @param {Own} each */
    const row = (each) =>
      eventRow(each, { record: records.get(each.event_id), isMine: each.organiser });
    return [
      section(t("classes.toCome"), h("div", { "data-test": "to-come" }, ...toCome(next, row))),
      section(t("classes.past"), h("div", { "data-test": "past" }, ...over(past, row))),
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
 * @param {{own: Own[], isLast: boolean}} first
 * @param {Row} row
 */
function toCome({ own, isLast }, row) {
  if (!own.length) return [none("classes.noneToCome")];
  let seen = own.length;
  let count = 1;
  return pages({ items: own.map(row), isLast }, async () => {
    const read = await readOwnToCome(++count);
    const added = read.own.slice(seen).map(row);
    seen = read.own.length;
    return { items: added, isLast: read.isLast };
  });
}

/**
 * @param {{own: Own[], end: Own | undefined}} first
 * @param {Row} row
 */
function over({ own, end }, row) {
  if (!own.length && !end) return [none("classes.nonePast")];
  return pages({ items: own.map(row), isLast: !end }, async () => {
    const read = await readOwnPast(end);
    end = read.end;
    return { items: read.own.map(row), isLast: !end };
  });
}
