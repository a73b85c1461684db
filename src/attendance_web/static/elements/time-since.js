/** `<time-since at="seconds" from="seconds">`: how long ago that was, once it is worth saying. */

import { say } from "../dom.js";
import { Ticking } from "../life.js";
import { length, now } from "../times.js";

const ticking = new Ticking(10_000);

export class TimeSince extends HTMLElement {
  static observedAttributes = ["at"];

  connectedCallback() {
    ticking.begin(this);
  }

  disconnectedCallback() {
    ticking.end(this);
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
