/** A search for people: on the service, and for a short surname among those one knows. */

import * as api from "../api.js";
import { h, refill } from "../dom.js";
import { tellError } from "../notices.js";
import { rows } from "../parts.js";
import { findNear, groupOf, readNear } from "../people.js";
import { searchFold, searchLength } from "../search.js";
import { t } from "../texts.js";

const SEARCH_FROM = 4; // Contract: FindByName
const SEARCH_AFTER_MS = 250;
const MAX_TOLD_APART = 20; // people of one name, whose profiles are read

/** @param {(each: api.Named, apart?: string) => HTMLElement} item */
export function personSearch(item) {
  const found = h("div", { class: "found", "aria-live": "polite", "data-test": "found" });
  const field = h("input", {
    type: "search",
    placeholder: t("people.search"),
    "aria-label": t("people.search"),
    enterkeyhint: "search",
    "data-test": "search",
    oninput: typed,
  });
  void readNear().catch(() => undefined); // then a short surname is found among fewer
  let timer = 0;
  let lookCount = 0;
  function typed() {
    clearTimeout(timer);
    timer = window.setTimeout(look, SEARCH_AFTER_MS);
  }
  async function look() {
    const part = field.value.trim();
    const thisLook = ++lookCount;
    const isShort = searchLength(part) < SEARCH_FROM;
    if (part === "") {
      refill(found);
      return;
    }
    try {
      const some = isShort ? findNear(part) : await api.findPeople(part);
      const apart = await tellApart(some);
      if (thisLook !== lookCount) return; // an answer to what was typed before
      const none = isShort ? "people.searchFrom" : "nobody";
      refill(
        found,
        some.length > 0 && rows({}, ...some.map((each) => item(each, apart.get(each.user_id)))),
        (isShort || !some.length) && h("p", { class: "none" }, t(none)),
      );
    } catch (error) {
      if (thisLook === lookCount) tellError(error);
    }
  }
  return { field, found, leave: () => clearTimeout(timer) };
}

/**
 * What those of one name say of themselves in their first line.
 * @param {api.Named[]} some
 * @returns {Promise<Map<number, string>>}
 */
export async function tellApart(some) {
  const folds = some.map((each) => searchFold(each.display_name));
  const alike = some.filter((_, index) => {
    const fold = folds[index] ?? "";
    return folds.indexOf(fold) !== folds.lastIndexOf(fold);
  });
  const told = alike.slice(0, MAX_TOLD_APART).map(async ({ user_id }) => {
    const profile = await api.profile(user_id).catch(() => null);
    const line = profile && groupOf(profile);
    return /** @type {[number, string]} */ ([user_id, line || `№ ${user_id}`]);
  });
  return new Map(await Promise.all(told));
}
