/** `<event-state from="seconds" to="seconds">`: whether an event is on, soon or over, kept up to date. */

import { say } from "../dom.js";
import { Refreshing } from "../life.js";
import { t } from "../texts.js";
import { length, now } from "../times.js";

const refreshing = new Refreshing(5_000);
const SOON_SECONDS = 12 * 3600; // what is later says its day beside it

/** @typedef {"now" | "soon" | "later" | "over"} State */

/**
 * @param {{time_from: number, time_to: number}} span
 * @returns {State}
 */
export function stateOf({ time_from, time_to }) {
  if (time_to <= now()) return "over";
  if (time_from <= now()) return "now";
  return time_from - now() < SOON_SECONDS ? "soon" : "later";
}

export class EventState extends HTMLElement {
  connectedCallback() {
    refreshing.begin(this);
  }

  disconnectedCallback() {
    refreshing.end(this);
  }

  /** Tells whoever listens to "changed" when the event begins or ends. */
  refresh() {
    const from = Number(this.getAttribute("from"));
    const state = stateOf({ time_from: from, time_to: Number(this.getAttribute("to")) });
    const before = this.dataset.state;
    this.dataset.state = state;
    this.hidden = state === "later";
    say(this, state === "soon" ? soon(from - now()) : t(SAID[state]));
    if (before && before !== state) this.dispatchEvent(new CustomEvent("changed", { bubbles: true }));
  }
}

/** @param {number} seconds until it begins: rounded up, since nothing begins in "0 min" */
const soon = (seconds) => t("class.in", { time: length(Math.ceil(seconds / 60) * 60) });
const SAID = /** @type {const} */ ({ now: "class.now", later: "class.later", over: "class.over" });

customElements.define("event-state", EventState);
