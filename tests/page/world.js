/** A network one sets, for tests of what comes back by itself. */

/** A socket that does what the test says; the states are those of a WebSocket. */
export class Wire {
  readyState = 0;
  /** @type {{message: string, params: Record<string, unknown>}[]} */
  said = [];
  at = 0; // when it was made
  /** @type {number | undefined} the code it was closed with from here */
  closedWith = undefined;
  /** @type {(() => void) | null} */
  onopen = null;
  /** @type {((event: {data: string}) => void) | null} */
  onmessage = null;
  /** @type {((event: {code: number}) => void) | null} */
  onclose = null;

  /** @param {string} text */
  send(text) {
    this.said.push(JSON.parse(text));
  }

  /** @param {number} code */
  close(code) {
    this.readyState = 3;
    this.closedWith = code;
  }

  opens() {
    this.readyState = 1;
    this.onopen?.();
  }

  /** @param {object} frame */
  hears(frame) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  answers() {
    this.hears({ result: "ok", message: "pong" });
  }

  /** @param {number} code from the other end */
  ends(code) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

/** Time that passes when it is told to. */
export class SetWorld {
  /** @type {Wire[]} */
  wires = [];
  /** @type {{at: number, then: () => void}[]} */
  #timers = [];
  #now = 0;
  online = true;
  /** @type {((wire: Wire) => void) | undefined} what the other end does with each, a moment later */
  whenOpened = undefined;

  open = () => {
    const wire = new Wire();
    wire.at = this.#now;
    this.wires.push(wire);
    if (this.whenOpened) this.after(1, () => this.whenOpened?.(wire));
    return /** @type {WebSocket} */ (/** @type {unknown} */ (wire));
  };

  /**
   * @param {number} milliseconds
   * @param {() => void} then
   */
  after = (milliseconds, then) => {
    const timer = { at: this.#now + milliseconds, then };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  chance = () => 1;
  clock = () => this.#now;
  /** @type {Map<string, number>} */
  tried = new Map();
  isOnline = () => this.online;

  get wire() {
    const last = this.wires.at(-1);
    if (!last) throw new Error("nothing was opened");
    return last;
  }

  /** @param {number} milliseconds */
  pass(milliseconds) {
    const until = this.#now + milliseconds;
    for (;;) {
      const due = this.#timers
        .filter((each) => each.at <= until)
        .sort((one, other) => one.at - other.at)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((each) => each !== due);
      this.#now = due.at;
      due.then();
    }
    this.#now = until;
  }
}
