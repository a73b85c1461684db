/** Somebody is held by me: who, for how long, and the two words one can say. */

import { h, refill, say } from "../dom.js";
import "../elements/count-down.js";
import "../elements/person-face.js";
import { button, tick } from "../parts.js";
import { person } from "../people.js";
import { t } from "../texts.js";

/** @typedef {import("../marking.js").AtTheSheet} AtTheSheet */

export class HoldDialog {
  #face = h("person-face", { class: "large" });
  #name = h("h2", { id: "held" });
  #count = h("count-down");
  #state = h("p", { role: "status" });
  #marked;
  #refused;
  /** @type {boolean | undefined} */
  #isTicked = undefined;
  #isWanted = false;
  view;

  /**
   * @param {() => void} confirm
   * @param {() => void} refuse
   */
  constructor(confirm, refuse) {
    this.#marked = button(t("hold.marked"), confirm, { class: "main huge", "data-test": "marked" });
    this.#refused = button(t("hold.notNow"), refuse, { class: "huge", "data-test": "not-now" });
    this.view = h(
      "dialog",
      { "aria-labelledby": "held", class: "hold", "data-test": "held" },
      this.#face,
      this.#name,
      h("p", {}, t("hold.help")),
      this.#count,
      this.#state,
      h("div", { class: "choices" }, this.#marked, this.#refused),
    );
    this.view.addEventListener("cancel", (event) => {
      event.preventDefault(); // Escape is a word too: that one does not mark them now
      refuse();
    });
    this.view.addEventListener("close", () => {
      if (this.#isWanted) refuse(); // a second Escape cannot be prevented
    });
  }

  /** @param {AtTheSheet} is */
  show({ chosen, connection }) {
    if (!chosen || chosen.step === "asking") {
      this.close();
      return;
    }
    const held = person(chosen.userId);
    if (held) this.#face.setAttribute("src", held.pic);
    const name = held?.display_name ?? "…";
    if (this.#name.firstChild?.textContent !== name || this.#isTicked !== held?.confirmed) {
      refill(this.#name, name, held?.confirmed && " ", held?.confirmed && tick());
    }
    this.#isTicked = held?.confirmed;
    if (chosen.until !== null) this.#count.setAttribute("until", String(chosen.until));
    const isOnItsWay = chosen.step !== "held";
    say(this.#state, connection === "open" ? (isOnItsWay ? t("hold.sending") : "") : t("mark.lost"));
    for (const each of [this.#marked, this.#refused]) {
      each.setAttribute("aria-disabled", String(isOnItsWay));
    }
    this.#isWanted = true;
    if (!this.view.open) {
      this.view.showModal();
      this.#marked.focus();
    }
  }

  close() {
    this.#isWanted = false;
    if (this.view.open) this.view.close();
  }

}
