/** Which rows of the sheet are seen, and in what order. */

import { h } from "../dom.js";
import { choose, iconButton } from "../parts.js";
import { choice } from "../screens/when-fields.js";
import { t, textOf } from "../texts.js";
import { WORDS } from "./words.js";

/** @typedef {import("./rows.js").Column} Column */
/** @typedef {import("./rows.js").Which} Which */

/** @type {readonly Column[]} */
export const COLUMNS = ["number", "group", "state", "at", "by", "grade"];

const HEADS = {
  number: WORDS.name, // by which they are numbered
  group: WORDS.group,
  state: WORDS.state,
  at: WORDS.at,
  by: WORDS.by,
  grade: WORDS.grade,
};
const KINDS = { unmarked: WORDS.unmarked, waiting: WORDS.waiting, marked: WORDS.marked };

export const labelOf = (/** @type {Column} */ column) => textOf(HEADS[column]);

export class SheetFinding {
  #search;
  #which;
  #onChange;
  /** @type {import("./rows.js").Order} */
  #order = { column: "number", isDown: false };
  view;

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.#onChange = onChange;
    this.#search = h("input", {
      type: "search",
      placeholder: t("mark.search"),
      "aria-label": t("mark.search"),
      autocomplete: "off",
      "data-test": "search",
      oninput: onChange,
    });
    this.#which = h(
      "fieldset",
      { class: "chips", "aria-label": textOf(WORDS.show), onchange: onChange },
      choice("which", "all", t("mark.all"), true),
      ...Object.entries(KINDS).map(([which, words]) => choice("which", which, textOf(words), false)),
    );
    const sort = iconButton("sort", textOf(WORDS.sort), () => this.#chooseOrder(), {
      class: "round quiet sort",
      "aria-haspopup": "dialog",
      "data-test": "sort",
    });
    this.view = h("div", { class: "finding" }, this.#search, sort, this.#which);
  }

  /** @returns {import("./rows.js").Wanted} */
  get wanted() {
    const chosen = this.#which.querySelector("input:checked");
    const which = /** @type {Which} */ (chosen?.getAttribute("value") ?? "all");
    return { which, part: this.#search.value, order: this.#order };
  }

  /** @returns {string} in words which of the people are seen; nothing where all of them are */
  get said() {
    const { which, part } = this.wanted;
    const kind = which === "all" ? "" : textOf(KINDS[which]);
    return [kind, part.trim()].filter(Boolean).join(", ");
  }

  /**
   * By this column; by it already, the other way round.
   * @param {Column} column
   */
  sortBy(column) {
    const isDown = this.#order.column === column && !this.#order.isDown;
    this.#order = { column, isDown };
    this.#onChange();
  }

  /** Shows everybody. */
  clear() {
    this.#search.value = "";
    this.#which.querySelector("input")?.click();
    this.#onChange();
    this.#search.focus();
  }

  #chooseOrder() {
    const { column: by, isDown } = this.#order;
    const sign = isDown ? " ↓" : " ↑";
    choose(
      textOf(WORDS.sort),
      ...COLUMNS.map((each) => ({
        label: labelOf(each) + (each === by ? sign : ""),
        drawing: /** @type {const} */ ("sort"),
        work: () => this.sortBy(each),
        test: `by-${each}`,
      })),
    );
  }
}
