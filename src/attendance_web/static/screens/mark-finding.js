/** How a marker finds somebody among many: by a part of the name, among friends, in their group. */

import * as api from "../api.js";
import { h } from "../dom.js";
import { groupOf, people, person, readFriends } from "../people.js";
import { searchFold } from "../search.js";
import { session } from "../session.js";
import { t } from "../texts.js";

/** @typedef {"all" | "friends" | "group"} Who */
/** @typedef {ReadonlyMap<number, number>} List who waits, and since when */

const WAIT_MS = 1_000; // for friends and group, before anybody is shown

export class Finding {
  #search;
  #chipField;
  #chips;
  /** @type {Who} */
  #who = "all";
  #group = "";
  /** Whether the chips are known, or were waited for long enough: later they would push the list. */
  isReady = false;
  view;

  /** @param {() => void} changed */
  constructor(changed) {
    this.#search = h("input", {
      type: "search",
      placeholder: t("mark.search"),
      "aria-label": t("mark.search"),
      autocomplete: "off",
      "data-test": "search",
      oninput: changed,
    });
    /**
     * @param {Who} who
     * @param {import("../texts.js").Key} label
     */
    const chip = (who, label) => {
      const chosen = () => {
        this.#who = who;
        changed();
      };
      const given = { type: "radio", name: "who", value: who, checked: who === "all" };
      const input = h("input", { ...given, onchange: chosen, "data-test": `who-${who}` });
      return h("label", { class: "chip" }, input, h("span", {}, t(label)));
    };
    this.#chips = {
      all: chip("all", "mark.all"),
      friends: chip("friends", "mark.friends"),
      group: chip("group", "mark.group"),
    };
    const named = { class: "chips", "aria-label": t("mark.who") };
    this.#chipField = h("fieldset", named, ...Object.values(this.#chips));
    this.view = h("div", { class: "finding" }, this.#search, this.#chipField);
    this.#offer();
    const ready = () => {
      this.isReady = true;
      changed();
    };
    void Promise.allSettled([readFriends(), this.#readGroup()]).then(ready);
    setTimeout(ready, WAIT_MS);
  }

  /** What is looked for. */
  get part() {
    return this.#search.value;
  }

  /**
   * Those of the list whom the chosen chip lets through; `ordered` looks for what is typed.
   * @param {List} list
   * @returns {List}
   */
  filteredByChip(list) {
    this.#offer();
    if (this.#who === "all") return list;
    return new Map([...list].filter(([userId]) => this.#passesChip(userId)));
  }

  /** Looks for nobody in particular. */
  clear() {
    this.#search.value = "";
    this.#chips.all.querySelector("input")?.click();
    this.#search.dispatchEvent(new Event("input"));
    this.#search.focus();
  }

  /** @param {number} userId */
  #passesChip(userId) {
    if (this.#who === "friends") return people.value.friends.has(userId);
    const known = person(userId);
    return known !== undefined && searchFold(groupOf(known)) === this.#group;
  }

  /** Nobody chooses between things of which there are none. */
  #offer() {
    this.#chips.friends.hidden = people.value.friends.size === 0;
    this.#chips.group.hidden = this.#group === "";
    this.#chipField.hidden = this.#chips.friends.hidden && this.#chips.group.hidden;
  }

  async #readGroup() {
    if (session.value.userId === null) return;
    this.#group = searchFold(groupOf(await api.profile(session.value.userId)));
  }
}
