/** Marking others in one event: the socket, and what is known from it. */

import * as api from "./api.js";
import { CallFailed } from "./calling.js";
import { NOBODY, folded, lost, undone } from "./fold.js";
import { meet } from "./people.js";
import { recognise, session } from "./session.js";
import { LOGGED_OUT, LiveSocket, addressOf, watchWorld } from "./socket.js";
import { Store } from "./store.js";
import { now } from "./times.js";
import { setBusy } from "./updates.js";
import { stayAwake } from "./wake.js";

/** @typedef {import("./socket.js").Connection} Connection */
/** @typedef {import("./fold.js").Marking} Marking */
/**
 * `code` and `reason` once the service has ended it, `reason` also while it is lost; `begins` in
 * UNIX seconds where it is too early: the desk opens by itself then.
 * @typedef {Marking & {connection: Connection, code: number, reason: string,
 *   begins: number | null}} AtTheSheet
 */

const NOT_STARTED = 4425;
const LOOK_EVERY_SECONDS = 30; // a start may be moved meanwhile
const MIN_BETWEEN_SECONDS = 1; // two looks

/** @type {AtTheSheet} */
const CLOSED = { ...NOBODY, connection: "connecting", code: 0, reason: "", begins: null };

/**
 * A place by the sheet. A screen watches `store`, calls `choose`, `confirm`, `refuse`, `undo`,
 * `heard` after it has told what is `told`, `again` when a person wants to after an end, and
 * `leave` when it is left.
 */
export class Desk {
  #eventId;
  /** @type {LiveSocket | null} */
  #socket = null;
  #ignoreWorld = () => {};
  #letSleep;
  #timer = 0;
  #hasLeft = false;
  store = new Store(CLOSED);

  /** @param {string} eventId */
  constructor(eventId) {
    this.#eventId = eventId;
    this.#letSleep = stayAwake();
    this.#open(true);
  }

  /** @param {number} userId */
  choose(userId) {
    if (this.store.value.chosen) return;
    this.#ask("prepare_to_mark", { userId, step: "asking", until: null });
  }

  confirm() {
    const { chosen } = this.store.value;
    if (chosen?.step === "held") this.#ask("confirm_marking", { ...chosen, step: "confirming" });
  }

  refuse() {
    const { chosen } = this.store.value;
    if (chosen?.step === "held") this.#ask("refuse_to_mark", { ...chosen, step: "refusing" });
  }

  /** Takes the last mark back, while that is offered: it went to somebody else than was meant. */
  async undo() {
    const { undo } = this.store.value;
    if (!undo || undo.isAsked || now() > undo.until) return;
    this.#set(undone(this.store.value, undo, "asked"));
    try {
      await api.annulMark(this.#eventId, undo.userId, undo.n, "wrong_person");
      this.#set(undone(this.store.value, undo, "done"));
    } catch (error) {
      const failed = error instanceof CallFailed ? error : new CallFailed("", 0);
      const { code, error: number, message: text } = failed;
      const isOpen = number === 0 || number === -1; // nobody knows: to ask again is safe
      const when = isOpen ? { unknownSince: now() } : {};
      this.#set(undone(this.store.value, undo, { code, text, ...when }));
    }
  }

  /** Sits down again, where it has ended. */
  again() {
    if (this.store.value.connection === "ended") this.#open(true);
  }

  /** Whom I hold is given back at once. */
  leave() {
    this.#hasLeft = true;
    clearTimeout(this.#timer);
    this.#ignoreWorld();
    this.#letSleep();
    this.#socket?.stop();
    setBusy(this, false);
  }

  /** What was to be told has been told. */
  heard() {
    this.#set({ told: null });
  }

  /** @param {boolean} isAsked by a person */
  #open(isAsked) {
    clearTimeout(this.#timer);
    this.#ignoreWorld();
    this.#set({ ...CLOSED, marks: this.store.value.marks, undo: this.store.value.undo });
    const address = addressOf("marking", this.#eventId, session.value.userId);
    const owner = {
      connection: (/** @type {Connection} */ connection, /** @type {string} */ reason) => {
        if (connection !== "open") this.#set(lost(this.store.value));
        this.#set({ connection, reason: connection === "open" ? "" : reason });
      },
      frame: (/** @type {import("./socket.js").Frame} */ frame) => this.#heard(frame),
      ended: (/** @type {number} */ code, /** @type {string} */ reason) => this.#ended(code, reason),
    };
    this.#socket = new LiveSocket(address, owner, { isAsked });
    this.#ignoreWorld = watchWorld(this.#socket);
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  #ended(code, reason) {
    this.#ignoreWorld();
    this.#set({ code, reason, chosen: null });
    if (code === LOGGED_OUT) void recognise().catch(() => undefined);
    if (code === NOT_STARTED) void this.#openLater();
  }

  /** Opens at the start, by the service's clock; that may be moved meanwhile. */
  async #openLater() {
    const found = await api.event(this.#eventId).catch(() => null);
    if (this.#hasLeft || this.store.value.code !== NOT_STARTED) return;
    const left = found ? found.time_from - now() : LOOK_EVERY_SECONDS;
    if (left <= 0) {
      this.#open(false);
      return;
    }
    if (found) this.#set({ begins: found.time_from });
    const wait = Math.max(MIN_BETWEEN_SECONDS, Math.min(left, LOOK_EVERY_SECONDS)) + Math.random();
    this.#timer = window.setTimeout(() => void this.#openLater(), wait * 1000);
  }

  /** @param {Partial<AtTheSheet>} change */
  #set(change) {
    this.store.set(change);
    setBusy(this, this.store.value.chosen !== null);
  }

  /**
   * @param {string} message
   * @param {import("./fold.js").Chosen} chosen what is so while it is on its way
   */
  #ask(message, chosen) {
    if (this.#socket?.send(message, { user_id: chosen.userId })) this.#set({ chosen });
    else this.#set({ told: { what: "notSent", userId: chosen.userId } });
  }

  /** @param {import("./socket.js").Frame} frame */
  #heard(frame) {
    // A refused opening is told by how it ends
    if (frame.result === "error" && this.store.value.connection !== "open") return;
    meet(frame.params?.users ?? (frame.params?.user ? [frame.params.user] : []));
    this.#set(folded(this.store.value, frame, now()));
    const { chosen } = this.store.value;
    if (frame.message === "marking_list" && chosen?.step === "confirming") {
      // Lost on its way or done: to ask again is safe, and the answer is the truth. Contract: 6.5
      this.#socket?.send("confirm_marking", { user_id: chosen.userId });
    }
  }
}
