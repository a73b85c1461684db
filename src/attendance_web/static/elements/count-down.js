/**
 * `<count-down until="seconds">`: the seconds that are left, as a number and a bar; said aloud
 * when few are.
 */

import { h, say } from "../dom.js";
import { counted, t } from "../texts.js";
import { now } from "../times.js";

const REFRESH_EVERY_MS = 250;
const SOON_SECONDS = 15;
const SAID_AT_SECONDS = [10, 30];

export class CountDown extends HTMLElement {
  static observedAttributes = ["until"];
  #number = h("span", { class: "seconds" });
  #bar = h("progress", { max: "1", value: "1", "aria-label": t("hold.left") });
  #said = h("span", { class: "unseen", role: "status", "data-test": "left" });
  #timer = 0;
  #until = 0;
  #whole = 1;

  connectedCallback() {
    this.replaceChildren(this.#bar, this.#number, this.#said);
    this.#timer = window.setInterval(() => this.#refresh(), REFRESH_EVERY_MS);
    this.#refresh();
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  /**
   * @param {string} _
   * @param {string | null} before
   * @param {string} value
   */
  attributeChangedCallback(_, before, value) {
    if (before === value) return;
    this.#until = Number(value);
    this.#whole = Math.max(1, this.#until - now());
    say(this.#said, "");
    this.#refresh();
  }

  #refresh() {
    const left = Math.max(0, this.#until - now());
    const seconds = Math.ceil(left);
    say(this.#number, counted("hold.seconds", seconds));
    this.#bar.value = left / this.#whole;
    this.classList.toggle("soon", seconds <= SOON_SECONDS);
    const due = SAID_AT_SECONDS.find((each) => seconds <= each);
    if (due && seconds > 0) say(this.#said, counted("hold.soon", due));
  }
}

customElements.define("count-down", CountDown);
