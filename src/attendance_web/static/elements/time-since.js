/** `<time-since at="seconds" from="seconds">`: how long ago that was, once it is worth saying. */

import { say } from "../dom.js";
import { Refreshing } from "../life.js";
import { length, now } from "../times.js";

const refreshing = new Refreshing(10_000);

export class TimeSince extends HTMLElement {
  static observedAttributes = ["at"];

  connectedCallback() {
    refreshing.begin(this);
  }

  disconnectedCallback() {
    refreshing.end(this);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.refresh();
  }

  refresh() {
    const seconds = now() - Number(this.getAttribute("at"));
    say(this, seconds < Number(this.getAttribute("from")) ? "" : length(seconds));
  }
}

customElements.define("time-since", TimeSince);
