/** The events: mine, today's, what one searches for, and a new one. */

import { findClasses, readNext, readOthersToday } from "../classes.js";
import { h, refill } from "../dom.js";
import { tellError } from "../notices.js";
import { badge, eventLink, heading, loaded } from "../parts.js";
import { searchLength } from "../search.js";
import { t } from "../texts.js";
import { isToday, now } from "../times.js";
import { newEvent } from "./new-event.js";

const SEARCH_FROM = 3; // Contract: GetEvents
const SEARCH_AFTER = 250;

/** @typedef {import("../api.js").Event} Event */

/** @returns {import("../router.js").Screen} */
export function events() {
  const lists = loaded({ "data-test": "events" }, readLists);
  const found = h("div", { "data-test": "found", "aria-live": "polite" });
  const search = h("input", {
    type: "search",
    placeholder: t("events.search"),
    "aria-label": t("events.search"),
    "data-test": "search",
    oninput: typed,
  });
  let timer = 0;
  let asked = 0;
  function typed() {
    clearTimeout(timer);
    timer = window.setTimeout(look, SEARCH_AFTER);
  }
  async function look() {
    const part = search.value.trim();
    const turn = ++asked;
    lists.view.hidden = part !== "";
    if (searchLength(part) < SEARCH_FROM) {
      refill(found, part !== "" && h("p", {}, t("events.searchFrom")));
      return;
    }
    try {
      const some = await findClasses(part);
      if (turn !== asked) return; // an answer to what was typed before
      refill(found, ...links(some), !some.length && h("p", {}, t("nobody")));
    } catch (error) {
      tellError(error);
    }
  }
  const create = h(
    "button",
    { type: "button", class: "main", "data-test": "create", onclick: newEvent },
    t("events.create"),
  );
  const view = h("section", {}, heading(t("events.title")), create, search, found, lists.view);
  return { view, title: t("events.title"), tab: "events", leave: () => clearTimeout(timer) };
}

async function readLists() {
  const [own, others] = await Promise.all([readNext(), readOthersToday()]);
  const mine = new Map(own.map((each) => [each.event_id, each]));
  const here = [...own.filter(isToday), ...others.filter((each) => !mine.has(each.event_id))];
  const today = here.sort((one, other) => one.time_from - other.time_from);
  const myOwn = own.filter((each) => !isToday(each));
  /** @param {Event} each */
  const link = (each) =>
    eventLink(
      each,
      isNow(each) && badge(t("events.now")),
      mine.has(each.event_id) && badge(t(mine.get(each.event_id)?.organiser ? "events.made" : "in")),
    );
  return [
    ...list(t("events.today"), today.map(link), t("events.noneToday")),
    ...(myOwn.length ? list(t("events.mine"), myOwn.map(link)) : []),
  ];
}

/**
 * @param {string} title
 * @param {HTMLElement[]} items
 * @param {string} [none]
 */
function list(title, items, none) {
  return [h("h2", {}, title), ...items, items.length ? null : h("p", { class: "none" }, none)];
}

/** @param {Event[]} some */
function links(some) {
  return some.map((each) => eventLink(each, isNow(each) && badge(t("events.now"))));
}

/** @param {Event} event */
const isNow = ({ time_from, time_to }) => time_from <= now() && now() < time_to;
