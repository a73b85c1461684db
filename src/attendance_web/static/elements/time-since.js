/** `<time-since at="seconds" from="seconds">`: how long ago that was, once it is worth saying. */

import { say } from "../dom.js";
import { length, now } from "../times.js";

const EVERY = 10_000;
/** @type {Set<TimeSince>} all that are seen: one timer does for a list of hundreds */
const shown = new Set();
let timer = 0;

export class TimeSince extends HTMLElement {
  static observedAttributes = ["at"];

  connectedCallback() {
    shown.add(this);
    timer ||= window.setInterval(() => shown.forEach((each) => each.tick()), EVERY);
    this.tick();
  }

  disconnectedCallback() {
    shown.delete(this);
    if (shown.size > 0) return;
    clearInterval(timer);
    timer = 0;
  }

  attributeChangedCallback() {
    if (this.isConnected) this.tick();
  }

  tick() {
    const seconds = now() - Number(this.getAttribute("at"));
    say(this, seconds < Number(this.getAttribute("from")) ? "" : length(seconds));
  }
}

customElements.define("time-since", TimeSince);
