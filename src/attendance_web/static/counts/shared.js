/**
 * The counts of one event for all tabs of a browser: one of them has the stream, and tells the
 * others. A browser opens six connections to a service at once, and each stream keeps one.
 */

import { CallFailed } from "../calling.js";
import { SILENT_MS, Watching, worldOf } from "./watching.js";

/** @typedef {import("./watching.js").Counts} Counts */
/** @typedef {import("./watching.js").Owner} Owner */
/**
 * What a tab tells the others: that it is there, that something was heard, counts, or that the
 * stream was lost and why. Of an end they hear nothing: the next of them finds it out.
 * @typedef {{what: "here" | "heard"} | {what: "counts", counts: Counts}
 *   | {what: "lost", why: {message: string, error: number, code: string} | null}} Told
 */

/**
 * Watches an event: by itself where it is for whoever has a link, or where tabs cannot hear each other.
 * @param {string} eventId
 * @param {string | null} secret of a board's link; without one it is for organisers
 * @param {Owner} owner
 * @returns {{retrySoon: () => void, stop: () => void}}
 */
export function watchCounts(eventId, secret, owner) {
  const isShared = secret === null && "locks" in navigator && "BroadcastChannel" in window;
  return isShared ? new Shared(eventId, owner) : new Watching(owner, worldOf(eventId, secret));
}

class Shared {
  #eventId;
  #name;
  #owner;
  #channel;
  /** @type {Watching | null} the stream, where it is this tab's */
  #own = null;
  /** @type {Counts | null} */
  #last = null;
  #hasEnded = false;
  #letGo = () => {};
  #queueing = new AbortController();
  #timer = 0;

  /**
   * @param {string} eventId
   * @param {Owner} owner
   */
  constructor(eventId, owner) {
    this.#eventId = eventId;
    this.#name = `counts of ${eventId}`;
    this.#owner = owner;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    this.#queue({ signal: this.#queueing.signal });
    this.#tell({ what: "here" });
    this.#expectSomething();
  }

  retrySoon() {
    this.#own?.retrySoon();
  }

  stop() {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#queueing.abort();
    this.#own?.stop();
    this.#own = null;
    this.#channel.close();
    this.#letGo();
  }

  /** @param {LockOptions} options */
  #queue(options) {
    const giveWay = () => {
      if (this.#hasEnded || !this.#own) return;
      this.#own.stop(); // another tab has taken it, to which this one seemed to be asleep
      this.#own = null;
      this.#expectSomething();
      this.#queue({ signal: this.#queueing.signal });
    };
    navigator.locks.request(this.#name, options, () => this.#watch()).catch(giveWay);
  }

  /** Has the stream until it is let go. */
  #watch() {
    if (this.#hasEnded) return undefined;
    clearTimeout(this.#timer);
    const ending = () => this.stop();
    this.#own = new Watching(
      {
        counts: (counts) => {
          this.#tell({ what: "counts", counts });
          this.#showCounts(counts);
        },
        heard: () => {
          this.#tell({ what: "heard" });
          this.#owner.heard();
        },
        lost: (why) => {
          const said = why && { message: why.message, error: why.error, code: why.code };
          this.#last = null; // it may have changed by the time it is known again
          this.#tell({ what: "lost", why: said });
          this.#owner.lost(why);
        },
        ended: () => {
          ending();
          this.#owner.ended();
        },
        refused: (why) => {
          ending();
          this.#owner.refused(why);
        },
      },
      worldOf(this.#eventId, null),
    );
    return new Promise((/** @type {(_: void) => void} */ done) => (this.#letGo = done));
  }

  /** @param {Counts} counts */
  #showCounts(counts) {
    this.#last = counts;
    this.#owner.counts(counts);
  }

  /** @param {Told} told */
  #tell(told) {
    if (!this.#hasEnded) this.#channel.postMessage(told);
  }

  /** @param {Told} told by another tab */
  #hear(told) {
    if (told.what === "here") {
      if (this.#own && this.#last) this.#tell({ what: "counts", counts: this.#last });
      return;
    }
    if (this.#own) return; // said before this tab took over
    this.#expectSomething();
    if (told.what === "lost") {
      const { why } = told;
      this.#owner.lost(why && new CallFailed(why.message, why.error, why.code));
      return;
    }
    this.#owner.heard();
    if (told.what === "counts") this.#showCounts(told.counts);
  }

  /** A tab that says nothing may be asleep, as a phone's are: one that is looked at takes over. */
  #expectSomething() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      if (document.visibilityState !== "visible") {
        this.#expectSomething();
        return;
      }
      this.#queueing.abort();
      this.#queueing = new AbortController();
      this.#queue({ steal: true });
    }, SILENT_MS);
  }
}
