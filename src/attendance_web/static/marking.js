/** Marking others in one event: the socket, and what is known from it. */

import { NOBODY, folded, lost } from "./fold.js";
import { meet } from "./people.js";
import { recognise } from "./session.js";
import { LOGGED_OUT, LiveSocket, addressOf, watchWorld } from "./socket.js";
import { Store } from "./store.js";

/** @typedef {import("./socket.js").Connection} Connection */
/** @typedef {import("./fold.js").Marking} Marking */
/** @typedef {Marking & {connection: Connection, code: number, reason: string}} AtTheSheet */

export class Desk {
  #socket;
  #ignoreWorld;
  store = new Store(
    /** @type {AtTheSheet} */ ({ ...NOBODY, connection: "connecting", code: 0, reason: "" }),
  );

  /** @param {string} eventId */
  constructor(eventId) {
    this.#socket = new LiveSocket(addressOf("marking", eventId), {
      connection: (connection) => {
        if (connection !== "open") this.store.set(lost(this.store.value));
        this.store.set({ connection });
      },
      frame: (frame) => this.#heard(frame),
      ended: (code, reason) => {
        this.#ignoreWorld();
        this.store.set({ code, reason, chosen: null });
        if (code === LOGGED_OUT) void recognise().catch(() => undefined);
      },
    });
    this.#ignoreWorld = watchWorld(this.#socket);
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

  /** Whom I hold is given back at once. */
  leave() {
    this.#ignoreWorld();
    this.#socket.stop();
  }

  /** What was to be told has been told. */
  heard() {
    this.store.set({ told: null });
  }

  /**
   * @param {string} message
   * @param {import("./fold.js").Chosen} chosen what is so while it is on its way
   */
  #ask(message, chosen) {
    if (this.#socket.send(message, { user_id: chosen.userId })) this.store.set({ chosen });
    else this.store.set({ told: { what: "notSent", userId: chosen.userId } });
  }

  /** @param {import("./socket.js").Frame} frame */
  #heard(frame) {
    // A refused opening is told by how it ends
    if (frame.result === "error" && this.store.value.connection !== "open") return;
    meet(frame.params?.users ?? (frame.params?.user ? [frame.params.user] : []));
    this.store.set(folded(this.store.value, frame, Date.now()));
    const { chosen } = this.store.value;
    if (frame.message === "marking_list" && chosen?.step === "confirming") {
      // Lost on its way or done: to ask again is safe, and the answer is the truth. Contract: 6.5
      this.#socket.send("confirm_marking", { user_id: chosen.userId });
    }
  }
}
