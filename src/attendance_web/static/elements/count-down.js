/** `<count-down until="seconds">`: the seconds that are left, as a number and a bar. */

import { h, say } from "../dom.js";
import { counted, t } from "../texts.js";
import { now } from "../times.js";

const EVERY = 250;

export class CountDown extends HTMLElement {
  static observedAttributes = ["until"];
  #number = h("span", { class: "seconds" });
  #bar = h("progress", { max: "1", value: "1", "aria-label": t("hold.left") });
  #timer = 0;
  #until = 0;
  #whole = 1;

  connectedCallback() {
    this.replaceChildren(this.#number, this.#bar);
    this.#timer = window.setInterval(() => this.#tick(), EVERY);
    this.#tick();
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
    this.#tick();
  }

  #tick() {
    const left = Math.max(0, this.#until - now());
    say(this.#number, counted("hold.seconds", Math.ceil(left)));
    this.#bar.value = left / this.#whole;
    this.classList.toggle("soon", left < 15);
  }
}

customElements.define("count-down", CountDown);
