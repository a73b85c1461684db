/** Today: the event that is on or comes next, the day, what comes later, and what has been. */

import * as api from "../api.js";
import { readAttended, readOwnPast, readOwnToCome, readTodaysEvents } from "../events.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { keptHere } from "../kept.js";
import { Life } from "../life.js";
import { badge, button, empty, heading, loaded, rows, section } from "../parts.js";
import { WANTED } from "../oidc/wanted.js";
import { goInstead } from "../router.js";
import { t } from "../texts.js";
import { clock, isToday, span } from "../times.js";
import { waiting } from "../waiting.js";
import { stateOf } from "../elements/event-state.js";
import { eventRow, stateChip } from "./event-row.js";
import { eventSearch } from "./event-search.js";
import { goWait, waitsIn } from "./enter.js";
import { openNewEvent } from "./new-event.js";

const MAX_ATTENDED = 50; // the last of mine
const MAX_OTHERS = 20;
const MAX_LATER = 5;
const MAX_PAST = 3;

/** @typedef {import("../events.js").Event} Event */
/** @typedef {import("../events.js").Own} Own */

/** @returns {import("../router.js").Screen} */
export function today() {
  const life = new Life();
  const lists = loaded({ class: "today", "data-test": "events" }, read);
  const search = eventSearch(lists.view, life);
  let waitedIn = waitsIn();
  life.watch(waiting, () => {
    if (waitedIn === waitsIn()) return;
    waitedIn = waitsIn();
    void lists.again();
  });
  const seen = () => {
    const isRead = lists.view.contains(document.activeElement);
    if (document.visibilityState === "visible" && !isRead) void lists.again();
  };
  document.addEventListener("visibilitychange", seen);
  life.add(() => document.removeEventListener("visibilitychange", seen));
  lists.view.addEventListener("changed", () => void lists.again());
  const title = heading(t("today.title"), "", newEventButton());
  const view = h("section", {}, title, search.field, search.found, lists.view);
  goOn();
  return { view, title: t("today.title"), tab: "events", leave: () => life.end() };
}

/** Goes where one wanted to be before one was sent to the university, and came back from there. */
function goOn() {
  const wanted = keptHere.getText(WANTED) ?? "/";
  keptHere.remove(WANTED);
  if (wanted !== "/") queueMicrotask(() => goInstead(wanted));
}

export const newEventButton = () =>
  button([icon("plus"), h("span", { class: "said" }, t("events.create"))], openNewEvent, {
    class: "quiet",
    "aria-label": t("events.create"),
    "data-test": "create",
  });

async function read() {
  const [{ own }, { own: been }, around, attended] = await Promise.all([
    readOwnToCome(),
    readOwnPast(),
    readTodaysEvents(),
    readAttended({ limit: MAX_ATTENDED }),
  ]);
  const records = new Map(attended.map((each) => [each.event_id, each]));
  const ids = new Set(own.map((each) => each.event_id));
  /** @param {Event & {organiser?: boolean}} each */
  const row = (each) =>
    eventRow(each, { record: records.get(each.event_id), isMine: each.organiser });
  /**
   * @param {import("../texts.js").Key} title
   * @param {Event[]} some
   * @param {string} [look]
   */
  const list = (title, some, look = "rows") =>
    some.length > 0 && section(t(title), rows({ "data-test": title, class: look }, ...some.map(row)));
  const first = next(own);
  const day = [...been.filter(isToday).reverse(), ...own.filter(isToday)];
  const isOne = day.length === 1 && day[0] === first; // which is seen above as it is
  const later = own.filter((each) => !isToday(each) && each !== first);
  const before = been.filter((each) => !isToday(each));
  const others = around.filter((each) => !ids.has(each.event_id));
  return [
    first && hero(first, records.get(first.event_id)),
    !first && !day.length && nothing(),
    !isOne && list("today.day", day, "rows timeline"),
    list("events.later", later.slice(0, MAX_LATER)),
    list("today.others", others.slice(0, MAX_OTHERS)),
    list("classes.past", before.slice(0, MAX_PAST)),
    (own.length > 0 || been.length > 0) && everything(),
  ];
}

/** @param {Own[]} own @returns {Own | undefined} what is on, the last to begin; else the next */
function next(own) {
  const on = own.filter((each) => stateOf(each) === "now");
  return on.at(-1) ?? own.find((each) => stateOf(each) === "soon");
}

/**
 * @param {Own} first
 * @param {api.AttendedEvent} [record]
 */
function hero(first, record) {
  const mark = record?.marked_at;
  const stands = mark ? badge(t("class.marked", { time: clock(mark) }), "good") : stateChip(first);
  const undone = record?.annulled && badge(t("wait.annulled"), "warn");
  return h(
    "section",
    { class: "hero card", "data-test": "hero", "data-state": mark ? "marked" : stateOf(first) },
    h("p", { class: "about" }, stands, h("span", {}, span(first)), !mark && undone),
    h("h2", {}, h("a", { href: `#/event/${first.event_id}` }, first.name)),
    !mark && act(first),
  );
}

/** @param {Own} event */
function act(event) {
  const id = event.event_id;
  const main = { class: "button main huge wide", "data-test": "hero-act" };
  const there = `#/event/${id}`;
  if (waitsIn() === id) return h("a", { ...main, href: `${there}/wait` }, icon("hand"), t("wait.open"));
  if (event.organiser) return h("a", { ...main, href: there }, icon("qr"), t("today.code"));
  if (stateOf(event) === "now") {
    const label = [icon("hand"), t("event.markMe")];
    return button(label, () => goWait(id), { ...main, class: "main huge wide" });
  }
  return h("a", { ...main, class: "button wide", href: there }, t("today.open"));
}

const nothing = () =>
  empty(
    "events",
    t("events.noneToday"),
    button(t("events.create"), openNewEvent, { class: "main", "data-test": "create-first" }),
  );

const everything = () =>
  h(
    "p",
    { class: "choices" },
    h("a", { class: "button quiet", href: "#/classes", "data-test": "all-mine" }, t("classes.all")),
  );
