/** What is told once, in passing: seen for some seconds, and read aloud politely. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./texts.js";

const SEEN_FOR_MS = 6_000;
const OFFERED_FOR_MS = 10_000;
const GATHERED_FOR_MS = 2_500;

/** @typedef {{label: string, work: () => unknown}} Offer */

const notice = h("div", { class: "notice", popover: "manual", "data-test": "notice" });
const whisper = h("div", { class: "unseen", "aria-live": "polite" });
/** @typedef {{line: HTMLElement | null, hide: number}} Slot what is seen, and the timer that ends it */
/** @type {Slot} */
const told = { line: null, hide: 0 };
/** @type {Slot} what can be taken back stays for its time, whatever is told meanwhile */
const offered = { line: null, hide: 0 };

/** @param {HTMLElement} parent */
export function placeNotices(parent) {
  parent.append(notice, whisper);
  new ResizeObserver(leaveRoom).observe(notice);
}

/** What lies at the top leaves the rest of the screen to the dialog it is told above. */
function leaveRoom() {
  const isAtTop = notice.classList.contains("top") && notice.childElementCount > 0;
  const taken = isAtTop ? notice.getBoundingClientRect().bottom : 0;
  document.documentElement.style.setProperty("--told", `${taken}px`);
  document.documentElement.toggleAttribute("data-told", isAtTop);
}

/**
 * Tells something, with a way to take it back where there is one.
 * @param {string} text
 * @param {"good" | "bad"} [how]
 * @param {Offer} [offer]
 */
export function tell(text, how = "good", offer) {
  const sign = icon(how === "good" ? "check" : "alert");
  const button =
    offer &&
    h("button", { type: "button", "data-test": "offer", onclick: taken }, offer.label);
  function taken() {
    put(offered, null);
    offer?.work();
  }
  const words = h("p", {}, text);
  const line = h("div", { class: how, role: "group", "aria-label": t("notices") }, sign, words, button);
  whisper.textContent = text; // what is hidden until now is not read aloud when it appears
  if (offer) put(told, null);
  put(offer ? offered : told, line, offer ? OFFERED_FOR_MS : SEEN_FOR_MS);
}

/**
 * Shows a line in its slot for so long, or empties that.
 * @param {Slot} slot
 * @param {HTMLElement | null} line
 * @param {number} [shownFor] milliseconds
 */
function put(slot, line, shownFor) {
  clearTimeout(slot.hide);
  slot.line = line;
  if (shownFor) slot.hide = window.setTimeout(() => put(slot, null), shownFor);
  const focused = notice.contains(document.activeElement) ? document.activeElement : null;
  const lines = [offered.line, told.line].filter((each) => each !== null);
  for (const each of [...notice.children]) if (!lines.some((line) => line === each)) each.remove();
  notice.append(...lines.filter((each) => !notice.contains(each)));
  if (lines.length > 0) putInTopLayer();
  else hideNotice();
  if (focused && !notice.contains(focused)) document.querySelector("main")?.focus({ preventScroll: true });
}

/** Where a browser knows no popovers it is an ordinary element, and empty. */
function hideNotice() {
  if ("hidePopover" in notice && notice.matches(":popover-open")) notice.hidePopover();
}

/** Above an open dialog too, which would cover it; one that opens later covers it. */
function putInTopLayer() {
  notice.classList.toggle("top", document.querySelector("dialog[open]") !== null);
  hideNotice();
  notice.showPopover?.();
  leaveRoom();
}

/** @param {unknown} error of a call; it is shown to the person */
export function tellError(error) {
  tell(error instanceof Error ? error.message : String(error), "bad");
}

/** Reads aloud what changes often: one sentence about all of it, now and then. */
export class Whisper {
  /** @type {number | null} */
  #timer = null;
  #makeSentence;

  /** @param {() => string} makeSentence about what has changed since it was asked last; may be empty */
  constructor(makeSentence) {
    this.#makeSentence = makeSentence;
  }

  changed() {
    this.#timer ??= window.setTimeout(() => {
      this.#timer = null;
      const sentence = this.#makeSentence();
      if (sentence) whisper.textContent = sentence;
    }, GATHERED_FOR_MS);
  }

  stop() {
    if (this.#timer !== null) clearTimeout(this.#timer);
    whisper.textContent = "";
  }
}
