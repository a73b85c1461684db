/**
 * What a board has seen last, for when it is loaded anew without a network: kept for as long as its
 * tab is there, since machines of halls are nobody's. Never a name of a person, nor a link's secret.
 */

import { qrCodeAddress } from "../api.js";
import { keptHere } from "../kept.js";

/** @typedef {import("../api.js").EventShown} EventShown */
/** @typedef {import("../counts/watching.js").Counts} Counts */
/**
 * `at`: until when it was so, in UNIX seconds; `code` is a picture.
 * @typedef {{event?: EventShown, counts?: Counts, at?: number, code?: string}} What
 */

export class Seen {
  #eventId;
  #storageKey;
  #isCodeComing = false;
  /** @type {What} */
  what;

  /** @param {string} eventId */
  constructor(eventId) {
    this.#eventId = eventId;
    this.#storageKey = `board ${eventId}`;
    const before = keptHere.readJson(this.#storageKey);
    this.what = typeof before === "object" && before !== null ? before : {};
  }

  /** @param {What} more */
  keep(more) {
    this.what = { ...this.what, ...more };
    keptHere.writeJson(this.#storageKey, this.what);
  }

  /** Keeps the QR code, once. */
  async keepQrCode() {
    if (this.what.code || this.#isCodeComing) return;
    this.#isCodeComing = true;
    try {
      const answer = await fetch(qrCodeAddress(this.#eventId));
      if (answer.ok) this.keep({ code: `data:image/svg+xml,${encodeURIComponent(await answer.text())}` });
    } catch {
      // there is no network just now
    } finally {
      this.#isCodeComing = false;
    }
  }

  forget() {
    this.what = {};
    keptHere.remove(this.#storageKey);
  }
}
