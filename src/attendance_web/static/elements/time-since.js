/** `<time-since at="seconds">`: how long ago that was, kept up to date. */

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
    say(this, length(now() - Number(this.getAttribute("at"))));
  }
}

customElements.define("time-since", TimeSince);
