/** An event's sheet as it is now: read when its counts have changed, and not more often than it may. */

import * as api from "../api.js";
import { watchCounts } from "../counts/shared.js";
import { readPeople } from "../people.js";
import { Store } from "../store.js";

/** @typedef {import("../api.js").Participant} Participant */
/** @typedef {import("../counts/watching.js").Counts} Counts */
/**
 * `people` is null until they are known, `failed` says why they are not, or are no more. Of one
 * that has ended nothing is told any more.
 * @typedef {{people: readonly Participant[] | null, failed: string,
 *   connection: "connecting" | "open" | "lost" | "ended"}} Read
 */

export const READ_EVERY_MS = 5_000; // at most so often
const FINAL = new Set([3, 5]); // no organiser any more, or no event

/**
 * Time and the stream, to be replaced in a test.
 * @typedef {{watch: typeof watchCounts, after: (milliseconds: number, then: () => void) => () => void,
 *   clock: () => number}} World
 */

/** @type {World} */
const WORLD = {
  watch: watchCounts,
  after(milliseconds, then) {
    const timer = setTimeout(then, milliseconds);
    return () => clearTimeout(timer);
  },
  clock: () => performance.now(),
};

/** A screen watches `store`, says what it has done itself, and calls `stop` when it is left. */
export class LiveSheet {
  #eventId;
  #world;
  #counts;
  /** @type {Counts | null} told last over this connection */
  #told = null;
  #isDue = false;
  #isReading = false;
  #hasStopped = false;
  #readAt = -Infinity;
  #cancel = () => {};
  /** @type {Map<number, Participant>} what was done here since the reading began that is under way */
  #done = new Map();
  store = new Store(/** @type {Read} */ ({ people: null, failed: "", connection: "connecting" }));

  /**
   * @param {string} eventId
   * @param {World} [world]
   */
  constructor(eventId, world = WORLD) {
    this.#eventId = eventId;
    this.#world = world;
    this.#counts = world.watch(eventId, null, {
      counts: (counts) => this.#hear(counts),
      heard: () => {},
      lost: () => this.#become("lost"),
      ended: () => this.#end(),
      refused: () => this.#end(),
    });
    this.again();
  }

  /** Reads it anew: somebody wants to, or comes back to look. */
  again() {
    this.#isDue = true;
    this.#readSoon();
  }

  /** The network is back: what has failed is tried again, as soon as it may. */
  retrySoon() {
    this.#counts.retrySoon();
    if (this.store.value.failed) this.again();
  }

  /**
   * Shows at once what one has done oneself, until a reading says how it is.
   * @param {Participant} person as they are now
   */
  did(person) {
    this.#done.set(person.user_id, person);
    this.store.set({ people: this.#withDone(this.store.value.people ?? []) });
    this.again();
  }

  stop() {
    this.#hasStopped = true;
    this.#cancel();
    this.#counts.stop();
  }

  /** @param {Read["connection"]} connection */
  #become(connection) {
    if (connection !== "open") this.#told = null;
    if (this.store.value.connection !== connection) this.store.set({ connection });
  }

  #end() {
    this.#become("ended");
    this.again(); // as it is for good, until somebody corrects it
  }

  /** @param {Counts} counts */
  #hear(counts) {
    const { people } = this.store.value;
    const before = this.#told ?? (people && countsAsRead(people));
    this.#become("open");
    this.#told = counts;
    if (!before || isAlike(before, counts)) return; // of a first reading that is judged at its end
    this.#isDue = true;
    this.#readSoon();
  }

  #readSoon() {
    this.#cancel();
    if (!this.#isDue || this.#isReading || this.#hasStopped) return;
    const wait = this.#readAt + READ_EVERY_MS - this.#world.clock();
    if (wait <= 0) void this.#read();
    else this.#cancel = this.#world.after(wait, () => void this.#read());
  }

  async #read() {
    this.#isDue = false;
    this.#isReading = true;
    this.#readAt = this.#world.clock();
    this.#done.clear(); // a reading that begins now has it
    try {
      const read = await api.attendance(this.#eventId);
      await readPeople(markerIdsOutside(read));
      const isFirst = this.store.value.people === null;
      if (isFirst && this.#told) this.#isDue = !isAlike(this.#told, countsAsRead(read));
      if (!this.#hasStopped) this.store.set({ people: this.#withDone(read), failed: "" });
    } catch (error) {
      const { message, error: number } = /** @type {import("../calling.js").CallFailed} */ (error);
      this.#isDue = !FINAL.has(number);
      const people = FINAL.has(number) ? null : this.store.value.people;
      if (!this.#hasStopped) this.store.set({ people, failed: message });
    } finally {
      this.#isReading = false;
      this.#readSoon();
    }
  }

  /** @param {readonly Participant[]} people */
  #withDone(people) {
    const known = new Set(people.map((each) => each.user_id));
    const added = [...this.#done.values()].filter((each) => !known.has(each.user_id));
    return [...people.map((each) => this.#done.get(each.user_id) ?? each), ...added];
  }
}

/**
 * Ids of those who marked without being on the sheet, as helpers may.
 * @param {readonly Participant[]} people
 */
function markerIdsOutside(people) {
  const known = new Set(people.map((each) => each.user_id));
  return [...new Set(people.flatMap(({ marked_by: by }) => (by && !known.has(by) ? [by] : [])))];
}

/** @typedef {Pick<Counts, "joined" | "waiting" | "held" | "marked">} Some */

/**
 * @param {readonly Participant[]} people
 * @returns {Some}
 */
function countsAsRead(people) {
  const count = (/** @type {string} */ state) => people.filter((each) => each.state === state).length;
  return {
    joined: people.length,
    waiting: count("waiting"),
    held: count("held"),
    marked: count("marked"),
  };
}

/** @param {Some} one @param {Some} other */
const isAlike = (one, other) =>
  one.joined === other.joined &&
  one.waiting === other.waiting &&
  one.held === other.held &&
  one.marked === other.marked;
