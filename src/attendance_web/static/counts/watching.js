/** The counts of one event, over one connection that comes back by itself. Contract: WatchAttendance. */

import { CallFailed } from "../calling.js";
import { watchAttendance } from "./api.js";
import { EventStream } from "./event-stream.js";

/** @typedef {{joined: number, waiting: number, held: number, marked: number, participants: number, at: number}} Counts */
/**
 * What is told of it. After `ended` and `refused` nothing more comes.
 * @typedef {object} Owner
 * @property {(counts: Counts) => void} counts
 * @property {() => void} heard anything, so that what was told is still so
 * @property {(why: CallFailed | null) => void} lost it is tried again; why, where somebody said that
 * @property {() => void} ended
 * @property {(why: CallFailed) => void} refused
 */
/**
 * Chance, time and the network, to be replaced in a test.
 * @typedef {object} World
 * @property {(signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>} open
 * @property {(milliseconds: number, then: () => void) => () => void} after answers what cancels it
 * @property {() => number} chance
 */

/** What coming back by oneself would not change: the link, the right, or the session has ended. */
const FINAL = new Set([1, 3, 5, 7]);
export const FIRST_PAUSE_MS = 5_000;
const MAX_PAUSE_MS = 40_000;
export const SILENT_MS = 40_000; // a comment comes every 15 s, however little happens

/**
 * How long to wait before trying again, with so much chance in it that many do not come at once.
 * @param {number} pauseCount since something was told, from 0
 * @param {number} chance from 0 to 1
 * @returns {number} milliseconds
 */
export const pauseOf = (pauseCount, chance) =>
  Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** pauseCount) * (1 + 0.5 * chance);

/**
 * @param {string} eventId
 * @param {string | null} secret
 * @returns {World}
 */
export const worldOf = (eventId, secret) => ({
  open: (signal) => watchAttendance(eventId, secret, signal),
  after(milliseconds, then) {
    const timer = setTimeout(then, milliseconds);
    return () => clearTimeout(timer);
  },
  chance: Math.random,
});

export class Watching {
  /** @type {AbortController | null} of the connection there is, or that is opened */
  #current = null;
  #pauseCount = 0;
  #hasEnded = false;
  #cancelTimer = () => {};
  #owner;
  #world;

  /**
   * @param {Owner} owner
   * @param {World} world
   */
  constructor(owner, world) {
    this.#owner = owner;
    this.#world = world;
    void this.#watch();
  }

  /** The network is back, or somebody looks: where a pause goes on it is a short one from now on. */
  retrySoon() {
    if (this.#hasEnded || this.#current) return;
    this.#pauseCount = 0;
    this.#pause();
  }

  stop() {
    this.#hasEnded = true;
    this.#leave();
  }

  #leave() {
    this.#cancelTimer();
    this.#current?.abort();
    this.#current = null;
  }

  async #watch() {
    const opened = new AbortController();
    this.#current = opened;
    /** @type {CallFailed | null} */
    let why = null;
    try {
      this.#expectSomething();
      const body = await this.#world.open(opened.signal);
      await this.#read(body.getReader(), opened);
    } catch (error) {
      if (error instanceof CallFailed && error.error !== 0) why = error;
    }
    if (this.#current !== opened) return; // ended meanwhile
    this.#leave();
    if (why && FINAL.has(why.error)) {
      this.#hasEnded = true;
      this.#owner.refused(why);
      return;
    }
    this.#pause();
    this.#owner.lost(why);
  }

  /**
   * Until the stream has ended, or is no longer the one that counts.
   * @param {ReadableStreamDefaultReader<Uint8Array>} reader
   * @param {AbortController} opened
   */
  async #read(reader, opened) {
    const stream = new EventStream();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || this.#current !== opened) return;
      this.#expectSomething();
      this.#owner.heard();
      for (const { name, data } of stream.take(value)) this.#heard(name, data);
    }
  }

  /**
   * @param {string} name
   * @param {string} data
   */
  #heard(name, data) {
    if (this.#hasEnded) return;
    if (name === "counts") {
      this.#pauseCount = 0;
      this.#owner.counts(JSON.parse(data));
    } else if (name === "end") {
      this.stop();
      this.#owner.ended();
    }
  }

  /** A connection that nothing comes over any more is none, though nobody has said so. */
  #expectSomething() {
    this.#cancelTimer();
    const opened = this.#current;
    this.#cancelTimer = this.#world.after(SILENT_MS, () => opened?.abort());
  }

  #pause() {
    this.#cancelTimer();
    const pause = pauseOf(this.#pauseCount, this.#world.chance());
    this.#pauseCount += 1;
    this.#cancelTimer = this.#world.after(pause, () => void this.#watch());
  }
}
