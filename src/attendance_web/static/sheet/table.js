/** The sheet as it is seen: its heads, which put it in order, its rows, and who is chosen of them. */

import { KeyedList, h, say } from "../dom.js";
import { button, iconButton } from "../parts.js";
import { t, textOf } from "../texts.js";
import { COLUMNS, labelOf } from "./finding.js";
import { makeRow, mendRow } from "./row.js";
import { WORDS } from "./words.js";

/** @typedef {import("./rows.js").Row} Row */
/** @typedef {import("./rows.js").Column} Column */
/** @typedef {ReadonlyMap<number, import("./by-hand.js").Chosen>} ChosenOnes */
/**
 * What is done in it.
 * @typedef {object} Acts
 * @property {(userIds: readonly number[], isChosen: boolean) => void} choose
 * @property {(userId: number) => void} open
 * @property {(column: Column) => void} sort
 * @property {() => Promise<void>} mark all who are chosen
 */
/** @typedef {{order: import("./rows.js").Order, chosen: ChosenOnes, canMark: (row: Row) => boolean}} Showing */

export class SheetTable {
  #acts;
  #all;
  /** @type {Map<Column, HTMLElement>} */
  #heads = new Map();
  #list;
  #count = h("p", { role: "status", "data-test": "chosen" });
  #more;
  /** @type {readonly number[]} of those that are seen */
  #toChoose = [];
  /** @type {Showing | null} */
  #showing = null;
  table;
  picked;

  /** @param {Acts} acts */
  constructor(acts) {
    this.#acts = acts;
    const chooseAll = (/** @type {boolean} */ isChosen) => acts.choose(this.#toChoose, isChosen);
    this.#all = h("input", {
      type: "checkbox",
      "aria-label": textOf(WORDS.chooseAll),
      "data-test": "choose-all",
      onchange: () => chooseAll(this.#all.checked),
    });
    const body = h("tbody", { role: "rowgroup", "data-test": "rows" });
    this.#list = new KeyedList(
      body,
      (/** @type {Row} */ row) => row.user_id,
      (row) => this.#make(row),
      (item, row) => this.#mend(item, row),
    );
    this.table = h("table", { role: "table", class: "sheet" }, this.#head(), body);
    this.#more = button(textOf(WORDS.chooseAll), () => chooseAll(true), { class: "quiet", "data-test": "more-chosen" });
    const mark = button(t("mark.take"), acts.mark, { class: "confirm", "data-test": "mark-chosen" });
    const chooseNone = () => acts.choose([...(this.#showing?.chosen.keys() ?? [])], false);
    const none = iconButton("close", textOf(WORDS.chooseNone), chooseNone, { "data-test": "choose-none" });
    this.picked = h("div", { class: "picked" }, this.#count, this.#more, mark, none);
  }

  /**
   * @param {readonly Row[]} rows in their order
   * @param {Showing} showing
   */
  show(rows, showing) {
    this.#showing = showing;
    this.#list.show(rows);
    this.#toChoose = rows.filter(showing.canMark).map((each) => each.user_id);
    const left = this.#toChoose.filter((each) => !showing.chosen.has(each));
    const isAny = this.#toChoose.length > 0;
    this.#all.hidden = !isAny;
    this.#all.checked = isAny && left.length === 0;
    this.#all.indeterminate = left.length > 0 && left.length < this.#toChoose.length;
    for (const [column, head] of this.#heads) {
      const isBy = column === showing.order.column;
      if (isBy) head.setAttribute("aria-sort", showing.order.isDown ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    const isLost = showing.chosen.size === 0 && this.picked.contains(document.activeElement);
    this.picked.hidden = showing.chosen.size === 0;
    if (isLost) document.querySelector("h1")?.focus({ preventScroll: true });
    this.#more.hidden = left.length === 0;
    say(this.#count, showing.chosen.size > 0 ? textOf(WORDS.chosen, { count: showing.chosen.size }) : "");
  }

  #head() {
    const all = h("td", { role: "cell", class: "pick" }, h("label", {}, this.#all));
    const number = h("th", { role: "columnheader", scope: "col", class: "number" }, textOf(WORDS.number));
    const heads = COLUMNS.map((column) => {
      const sort = button(labelOf(column), () => this.#acts.sort(column), { "data-test": `sort-${column}` });
      const look = column === "number" ? "who" : `of-${column}`;
      const made = h("th", { role: "columnheader", scope: "col", class: look }, sort);
      this.#heads.set(column, made);
      return made;
    });
    return h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, all, number, ...heads));
  }

  /** @param {Row} row */
  #make(row) {
    const { user_id: id } = row;
    const item = makeRow(
      row,
      (isChosen) => this.#acts.choose([id], isChosen),
      () => this.#acts.open(id),
    );
    this.#mend(item, row);
    return item;
  }

  /**
   * @param {HTMLElement} item
   * @param {Row} row
   */
  #mend(item, row) {
    if (!this.#showing) return;
    const { chosen, canMark } = this.#showing;
    mendRow(item, { row, chosen: chosen.get(row.user_id), canChoose: canMark(row) });
  }
}
