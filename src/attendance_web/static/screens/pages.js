/** A list that is read on, a page at a time. */

import { h } from "../dom.js";
import { button, rows } from "../parts.js";
import { t } from "../texts.js";

/** @typedef {{items: HTMLElement[], isLast: boolean}} Page `isLast` where none follows */

/**
 * @param {Page} first
 * @param {() => Promise<Page>} next reads the one that follows
 */
export function pages(first, next) {
  const list = rows({}, ...first.items);
  const more = button(t("more"), readOn, { "data-test": "more" });
  const foot = first.isLast ? null : h("div", { class: "choices" }, more);
  async function readOn() {
    const { items, isLast } = await next();
    list.append(...items.map((item) => h("li", {}, item)));
    if (isLast) foot?.remove();
    (items[0] ?? list).focus();
  }
  return [list, foot];
}
