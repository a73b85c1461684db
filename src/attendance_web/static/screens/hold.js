/** Somebody is held by me: whom, always in sight, for how long, and the two words one can say. */

import { h, refill, say } from "../dom.js";
import "../elements/count-down.js";
import "../elements/person-face.js";
import { icon } from "../icons.js";
import { button, tick } from "../parts.js";
import { groupOf, person } from "../people.js";
import { DialogEntry } from "../router.js";
import { t } from "../texts.js";

/** @typedef {import("../marking.js").AtTheSheet} AtTheSheet */

export const SECOND_TAP_MS = 600; // in which a second tap of the same thumb decides nothing
const MIN_LETTER_PIXELS = 16; // of a long name's letters where there are few lines
const SHRINK_FACTOR = 0.92; // times, until all of it is seen

export class HoldDialog {
  #face = h("person-face");
  #name = h("h2", { id: "held", tabindex: -1, "data-test": "held-name" });
  #group = h("small");
  #count = h("count-down");
  #state = h("p", { role: "status" });
  #confirmButton;
  #refuseButton;
  /** @type {import("../people.js").Person | undefined} */
  #shown = undefined;
  #isWanted = false;
  #pauseTimer = 0;
  #entry;
  #whom;
  view;

  /**
   * @param {() => void} confirm
   * @param {() => void} refuse
   */
  constructor(confirm, refuse) {
    this.#confirmButton = button([icon("check"), t("hold.marked")], confirm, {
      class: "confirm huge",
      "data-test": "marked",
    });
    this.#refuseButton = button(t("hold.notNow"), refuse, { class: "plain huge", "data-test": "not-now" });
    this.#whom = h("div", { class: "whom" }, this.#face, this.#name, this.#group);
    const said = h("div", { class: "said" }, h("p", {}, t("hold.help")), this.#state);
    this.view = h(
      "dialog",
      { "aria-labelledby": "held", class: "hold", "data-test": "held", onkeydown: ignoreRepeated },
      this.#count,
      this.#whom,
      said,
      h("div", { class: "choices" }, this.#confirmButton, this.#refuseButton),
    );
    this.view.addEventListener("cancel", (event) => {
      event.preventDefault(); // Escape is a word too: that one does not mark them now
      refuse();
    });
    this.view.addEventListener("close", () => {
      if (this.#isWanted) refuse(); // a second Escape cannot be prevented
    });
    this.#entry = new DialogEntry(refuse); // "back" is about the dialog
    const fit = () => requestAnimationFrame(() => this.#fit());
    new ResizeObserver(fit).observe(this.view);
  }

  /** @param {AtTheSheet} is */
  show({ chosen, connection }) {
    if (!chosen || chosen.step === "asking") {
      this.close();
      return;
    }
    this.#showPerson(chosen.userId);
    if (chosen.until !== null) this.#count.setAttribute("until", String(chosen.until));
    const isOnItsWay = chosen.step !== "held";
    say(this.#state, connection === "open" ? (isOnItsWay ? t("hold.sending") : "") : t("mark.lost"));
    this.#isWanted = true;
    if (!this.view.open) {
      this.#pause();
      this.#entry.open();
      this.view.showModal();
      this.#name.focus();
    }
    for (const each of [this.#confirmButton, this.#refuseButton]) {
      each.setAttribute("aria-disabled", String(isOnItsWay || this.#pauseTimer !== 0));
    }
  }

  close() {
    this.#isWanted = false;
    this.#entry.close();
    if (this.view.open) this.view.close();
  }

  /** @param {number} userId */
  #showPerson(userId) {
    const held = person(userId);
    if (held !== undefined && held === this.#shown) return;
    this.#shown = held;
    const name = held?.display_name ?? "…";
    this.#face.setAttribute("user", String(userId));
    this.#face.setAttribute("name", name);
    this.#face.setAttribute("src", held?.pic ?? "");
    refill(this.#name, name, held?.confirmed && " ", held?.confirmed && tick());
    say(this.#group, held ? groupOf(held) : "");
    this.#fit();
  }

  /** Nobody is marked by half a name: where there is too little room its letters are smaller. */
  #fit() {
    const { style } = this.#name;
    style.removeProperty("font-size");
    let size = parseFloat(getComputedStyle(this.#name).fontSize);
    const isCut = () => {
      const name = this.#name.getBoundingClientRect();
      const whom = this.#whom.getBoundingClientRect();
      const { scrollHeight, clientHeight, scrollWidth, clientWidth } = this.#name;
      if (scrollHeight > clientHeight + 1 || scrollWidth > clientWidth) return true;
      return name.top < whom.top - 1 || name.bottom > whom.bottom + 1;
    };
    while (this.view.open && size > MIN_LETTER_PIXELS && isCut()) {
      size = Math.max(MIN_LETTER_PIXELS, size * SHRINK_FACTOR);
      style.setProperty("font-size", `${size}px`);
    }
  }

  /** Takes no word for a moment: what is pressed now was meant for what lay below. */
  #pause() {
    clearTimeout(this.#pauseTimer);
    const both = [this.#confirmButton, this.#refuseButton];
    for (const each of both) each.setAttribute("data-paused", "");
    this.#pauseTimer = window.setTimeout(() => {
      this.#pauseTimer = 0;
      for (const each of both) {
        each.removeAttribute("data-paused");
        each.setAttribute("aria-disabled", "false");
      }
    }, SECOND_TAP_MS);
  }
}

/** @param {KeyboardEvent} event a key that is held down is one word, and it was said before */
export function ignoreRepeated(event) {
  if (event.repeat && (event.key === "Enter" || event.key === " ")) event.preventDefault();
}
