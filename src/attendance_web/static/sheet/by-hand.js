/** Several people marked by hand: chosen first, then one call each, and each told what came of it. */

import * as api from "../api.js";
import { keptHere } from "../kept.js";
import { Store } from "../store.js";

/** @typedef {import("./rows.js").Row} Row */
/**
 * One who is chosen; `text` says why the last try came to nothing.
 * @typedef {{step: "chosen" | "sending" | "failed", text: string}} Chosen
 */

const CALLS_AT_ONCE = 4;
const UNTRIED = /** @type {Chosen} */ ({ step: "chosen", text: "" });

/**
 * A screen watches `store`. Whoever is chosen stays so until they are marked, or taken out: without
 * a network, and when the page is loaded anew.
 */
export class ByHand {
  #eventId;
  #onMarked;
  #storageKey;
  store = new Store({ chosen: /** @type {ReadonlyMap<number, Chosen>} */ (new Map()) });

  /**
   * @param {string} eventId
   * @param {(userId: number, n: number) => void} onMarked
   */
  constructor(eventId, onMarked) {
    this.#eventId = eventId;
    this.#onMarked = onMarked;
    this.#storageKey = `by-hand ${eventId}`;
    const before = keptHere.readJson(this.#storageKey);
    const ids = Array.isArray(before) ? before.filter(Number.isSafeInteger) : [];
    this.#set(new Map(ids.map((each) => [each, UNTRIED])));
  }

  /**
   * @param {readonly number[]} userIds
   * @param {boolean} isChosen
   */
  choose(userIds, isChosen) {
    const chosen = new Map(this.store.value.chosen);
    for (const each of userIds) {
      if (chosen.get(each)?.step === "sending") continue;
      if (isChosen) chosen.set(each, chosen.get(each) ?? UNTRIED);
      else chosen.delete(each);
    }
    this.#set(chosen);
  }

  /**
   * Who cannot be marked any more is chosen no more: somebody else was faster, or it had gone through.
   * @param {(userId: number) => boolean} canBeMarked
   */
  keep(canBeMarked) {
    const gone = [...this.store.value.chosen.keys()].filter((each) => !canBeMarked(each));
    if (gone.length > 0) this.choose(gone, false);
  }

  /**
   * Marks all who are chosen and not under way; of one who cannot be, the others know nothing.
   * @returns {Promise<{marked: number, failed: number}>}
   */
  async mark() {
    const left = [...this.store.value.chosen].flatMap(([id, { step }]) => (step === "sending" ? [] : [id]));
    for (const each of left) this.#become(each, { step: "sending", text: "" });
    const came = { marked: 0, failed: 0 };
    const work = async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        came[(await this.#markOne(next)) ? "marked" : "failed"] += 1;
      }
    };
    await Promise.all(Array.from({ length: CALLS_AT_ONCE }, work));
    return came;
  }

  /** @param {number} userId */
  async #markOne(userId) {
    try {
      const { n } = await api.markParticipant(this.#eventId, userId);
      this.#become(userId, null);
      this.#onMarked(userId, n);
      return true;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#become(userId, { step: "failed", text });
      return false;
    }
  }

  /**
   * @param {number} userId
   * @param {Chosen | null} is
   */
  #become(userId, is) {
    const chosen = new Map(this.store.value.chosen);
    if (is) chosen.set(userId, is);
    else chosen.delete(userId);
    this.#set(chosen);
  }

  /** @param {ReadonlyMap<number, Chosen>} chosen */
  #set(chosen) {
    this.store.set({ chosen });
    if (chosen.size > 0) keptHere.writeJson(this.#storageKey, [...chosen.keys()]);
    else keptHere.remove(this.#storageKey);
  }
}
