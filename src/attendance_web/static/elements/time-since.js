/** `<time-since at="seconds">`: how long ago that was, kept up to date. */

import { say } from "../dom.js";
import { length, now } from "../times.js";

const EVERY = 10_000;

export class TimeSince extends HTMLElement {
  static observedAttributes = ["at"];
  #timer = 0;

  connectedCallback() {
    this.#timer = window.setInterval(() => this.#tick(), EVERY);
    this.#tick();
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  attributeChangedCallback() {
    this.#tick();
  }

  #tick() {
    say(this, length(now() - Number(this.getAttribute("at"))));
  }
}

customElements.define("time-since", TimeSince);
