/** What a board shows: the way to the event at the left, how far it is at the right; never a name. */

import { h, refill, say } from "../dom.js";
import { stateOf } from "../elements/event-state.js";
import { qrPicture, shortAddress } from "../qr.js";
import { t, textOf } from "../texts.js";
import { clock, day } from "../times.js";
import { Line } from "./line.js";
import { WORDS } from "./words.js";

/** @typedef {import("../api.js").EventShown} EventShown */
/** @typedef {import("../counts/watching.js").Counts} Counts */
/** @typedef {"connecting" | "open" | "lost" | "ended" | "refused"} State */

export class BoardView {
  #name = h("h1", { "data-test": "name" });
  #when = h("p", { class: "state", "data-test": "state" });
  #way = h("figure", { class: "way", "data-test": "code" });
  #marked = h("dd", { class: "count", "data-test": "marked" });
  #waiting = h("dd", { "data-test": "waiting" });
  #held = h("dd", { "data-test": "held" });
  #line = new Line();
  #pace = h("p", { "data-test": "pace" });
  #told = h("p", { class: "told", role: "status", "data-test": "told" });
  #full = h("button", { type: "button", class: "full", "data-test": "full-screen" }, t("qr.show"));
  /** @type {EventShown | null} */
  #event = null;
  #isCodeMissing = false;
  #main;

  /** @param {() => void} fill the screen, or no longer */
  constructor(fill) {
    this.#full.setAttribute("aria-keyshortcuts", "Space F");
    this.#full.addEventListener("click", fill);
    this.#full.hidden = !("requestFullscreen" in document.documentElement);
    const figures = h(
      "dl",
      { class: "figures" },
      h("div", { class: "first" }, h("dt", {}, textOf(WORDS.marked)), this.#marked),
      h("div", {}, h("dt", {}, textOf(WORDS.waiting)), this.#waiting),
      h("div", {}, h("dt", {}, textOf(WORDS.held)), this.#held),
    );
    const pace = h("div", { class: "pace" }, this.#pace, this.#line.view);
    this.#main = h(
      "main",
      { class: "board", "data-test": "board" },
      this.#way,
      h(
        "div",
        { class: "facts" },
        h("header", {}, this.#name, this.#when),
        figures,
        pace,
        this.#told,
        this.#full,
      ),
    );
    this.become("connecting", t("mark.connecting"));
  }

  get element() {
    return this.#main;
  }

  /**
   * @param {State} state
   * @param {string} [text] what there is to say of it
   * @param {HTMLElement} [way] out of it
   */
  become(state, text = "", way) {
    this.#main.dataset.state = state;
    if (way) refill(this.#told, text, way);
    else say(this.#told, text);
  }

  /**
   * @param {EventShown} event as it is now
   * @param {string} [keptCode] its picture, where the service cannot be asked for it
   */
  showEvent(event, keptCode) {
    if (!this.#event || this.#isCodeMissing) this.#showWay(event, keptCode);
    this.#event = event;
    say(this.#name, event.name);
    document.title = event.name;
    this.refresh();
  }

  /**
   * @param {EventShown} event
   * @param {string} [keptCode]
   */
  #showWay(event, keptCode) {
    const code = qrPicture(event);
    this.#isCodeMissing = false;
    const missing = () => {
      this.#isCodeMissing = true; // asked for again later
      if (keptCode) code.src = keptCode;
    };
    code.addEventListener("error", missing, { once: true });
    refill(this.#way, code, h("figcaption", {}, shortAddress(event, "address")));
  }

  /** @param {Counts} counts */
  showCounts({ participants, waiting, held, marked }) {
    const text = `${marked} / ${participants}`;
    say(this.#marked, text);
    this.#marked.style.setProperty("--letters", String(text.length));
    say(this.#waiting, String(waiting));
    say(this.#held, String(held));
    this.#main.setAttribute("data-seen", "");
  }

  /** @param {readonly number[]} perMinute the last minute is not over yet */
  showPace(perMinute) {
    const last = Math.round(perMinute.at(-2) ?? perMinute.at(-1) ?? 0);
    say(this.#pace, textOf(WORDS.pace, { count: last }));
    this.#line.draw(perMinute);
  }

  /** Time has passed. */
  refresh() {
    if (this.#event) say(this.#when, when(this.#event));
  }
}

/** @param {EventShown} event */
function when(event) {
  const state = stateOf(event);
  if (state === "over") return t("event.over");
  if (state === "now") return textOf(WORDS.now, { time: clock(event.time_to) });
  return textOf(WORDS.later, { time: `${day(event.time_from)}, ${clock(event.time_from)}` });
}
