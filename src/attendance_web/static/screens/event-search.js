/** A search over all events, on the service: those that are on or come, then those that are over. */

import { findEvents, isLastPage } from "../events.js";
import { h, refill } from "../dom.js";
import { tellError } from "../notices.js";
import { button, empty, rows, section } from "../parts.js";
import { searchLength } from "../search.js";
import { t } from "../texts.js";
import { stateOf } from "../elements/event-state.js";
import { eventRow } from "./event-row.js";

const SEARCH_FROM = 3; // Contract: GetEvents
const SEARCH_AFTER_MS = 250;

/** @typedef {import("../events.js").Event} Event */

/**
 * @param {HTMLElement} instead what is hidden while one searches
 * @param {import("../life.js").Life} life
 */
export function eventSearch(instead, life) {
  const found = h("div", { class: "found", "data-test": "found", "aria-live": "polite" });
  const field = h("input", {
    type: "search",
    placeholder: t("events.search"),
    "aria-label": t("events.search"),
    enterkeyhint: "search",
    "data-test": "search",
    oninput: typed,
  });
  let timer = 0;
  let lookCount = 0;
  function typed() {
    clearTimeout(timer);
    timer = window.setTimeout(look, SEARCH_AFTER_MS);
  }
  life.add(() => clearTimeout(timer));
  async function look() {
    const part = field.value.trim();
    const thisLook = ++lookCount;
    instead.hidden = part !== "";
    if (searchLength(part) < SEARCH_FROM) {
      refill(found, part !== "" && h("p", { class: "none" }, t("events.searchFrom")));
      return;
    }
    /** @param {Event[]} before */
    const read = async (before) => {
      const page = await findEvents(part, before.length);
      if (thisLook !== lookCount) return; // an answer to what was typed before
      const all = [...before, ...page];
      const more = button(t("more"), () => read(all), { "data-test": "more" });
      const foot = isLastPage(page) ? null : h("div", { class: "choices" }, more);
      refill(found, ...listed(all), foot);
      if (before.length) focus(found, page[0]);
    };
    await read([]).catch(tellError);
  }
  return { field, found };
}

/** @param {Event[]} all the newest first */
function listed(all) {
  if (!all.length) return [empty("search", t("nobody"))];
  const over = all.filter((each) => stateOf(each) === "over");
  const others = all.filter((each) => stateOf(each) !== "over").reverse();
  const links = (/** @type {Event[]} */ some) => rows({}, ...some.map((each) => eventRow(each)));
  return [
    others.length > 0 && links(others),
    over.length > 0 && section(t("classes.past"), links(over)),
  ];
}

/**
 * @param {HTMLElement} list
 * @param {Event} [event]
 */
function focus(list, event) {
  const link = list.querySelector(`a[href="#/event/${event?.event_id}"]`);
  /** @type {HTMLElement | null} */ (link)?.focus();
}
