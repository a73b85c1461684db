/** What is told once, in passing: seen for some seconds, and read aloud politely. */

import { h, refill } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./texts.js";

const SEEN_FOR = 6_000; // milliseconds, as are those below
const OFFERED_FOR = 10_000;
const GATHERED_FOR = 2_500;

/** @typedef {{label: string, work: () => unknown}} Offer */

const notice = h("div", { class: "notice", popover: "manual", "data-test": "notice" });
const whisper = h("div", { class: "unseen", "aria-live": "polite" });
let hide = 0;

/** @param {HTMLElement} parent */
export function placeNotices(parent) {
  parent.append(notice, whisper);
}

/**
 * Tells something, with a way to take it back where there is one.
 * @param {string} text
 * @param {"good" | "bad"} [how]
 * @param {Offer} [offer]
 */
export function tell(text, how = "good", offer) {
  clearTimeout(hide);
  const sign = icon(how === "good" ? "check" : "alert");
  const button =
    offer &&
    h("button", { type: "button", "data-test": "offer", onclick: taken }, offer.label);
  function taken() {
    put();
    offer?.work();
  }
  const words = h("p", {}, text);
  refill(notice, h("div", { class: how, role: "group", "aria-label": t("notices") }, sign, words, button));
  whisper.textContent = text; // what is hidden until now is not read aloud when it appears
  inTopLayer();
  hide = window.setTimeout(put, offer ? OFFERED_FOR : SEEN_FOR);
}

/** Puts away what is told; what could be taken back can be no more. */
function put() {
  clearTimeout(hide);
  const hadFocus = notice.contains(document.activeElement);
  notice.replaceChildren();
  hideNotice();
  if (hadFocus) document.querySelector("main")?.focus({ preventScroll: true });
}

/** Where a browser knows no popovers it is an ordinary element, and empty. */
function hideNotice() {
  if ("hidePopover" in notice && notice.matches(":popover-open")) notice.hidePopover();
}

/** Above an open sheet too, which would cover it; one that opens later covers it. */
function inTopLayer() {
  notice.classList.toggle("top", document.querySelector("dialog[open]") !== null);
  hideNotice();
  notice.showPopover?.();
}

/** @param {unknown} error of a call; it is shown to the person */
export function tellError(error) {
  tell(error instanceof Error ? error.message : String(error), "bad");
}

/**
 * Reads aloud what changes often: one sentence about all of it, now and then.
 */
export class Whisper {
  /** @type {number | null} */
  #timer = null;
  #sentence;

  /** @param {() => string} sentence about what has changed since it was asked last; may be empty */
  constructor(sentence) {
    this.#sentence = sentence;
  }

  changed() {
    this.#timer ??= window.setTimeout(() => {
      this.#timer = null;
      const sentence = this.#sentence();
      if (sentence) whisper.textContent = sentence;
    }, GATHERED_FOR);
  }

  stop() {
    if (this.#timer !== null) clearTimeout(this.#timer);
    whisper.textContent = "";
  }
}
