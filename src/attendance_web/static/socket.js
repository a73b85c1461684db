/** One socket that comes back by itself. Contract: 6, close codes and ping. */

/** @typedef {{result: string, message: string, params?: Record<string, any>}} Frame */
/** @typedef {"connecting" | "open" | "lost" | "ended"} Connection */
/**
 * What a socket tells its owner. `ended` comes once, with the code and the last error frame's code,
 * which comes with `connection`, too, where it is lost.
 * @typedef {object} Owner
 * @property {(frame: Frame) => void} frame
 * @property {(connection: Connection, reason: string) => void} connection
 * @property {(code: number, reason: string) => void} ended
 * @property {() => void} [heard] after anything was heard, an answer to a ping, too
 */
/**
 * Chance, time and the network, to be replaced in a test.
 * @typedef {object} World
 * @property {(address: string) => WebSocket} open
 * @property {(milliseconds: number, then: () => void) => () => void} after answers what cancels it
 * @property {() => number} chance
 * @property {() => number} clock milliseconds from any moment on, whatever clocks are set to
 * @property {Map<string, number>} tried by that clock, when an address was last opened
 * @property {() => boolean} isOnline
 */

/** The server has decided: coming back by oneself would change nothing. */
export const FINAL = new Set([1000, 4400, 4401, 4403, 4404, 4409, 4410, 4425]);
export const LOGGED_OUT = 4401;
export const BEAT_EVERY_MS = 10_000;
export const ANSWER_WITHIN_MS = 5_000;
const OPEN_WITHIN_MS = 10_000;
const GOODBYE = 1000;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 8_000; // so that a place kept for 15 s is tried for several times
export const MIN_BETWEEN_MS = 5_000; // one opening and the next that nobody has asked for

/**
 * How long to wait before trying again, with so much chance in it that a lecture hall does not
 * come back all at once.
 * @param {number} lossCount since it was open, from 0
 * @param {number} chance from 0 to 1
 * @returns {number} milliseconds
 */
export function delayOf(lossCount, chance) {
  const most = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** lossCount);
  return Math.round(most * (0.2 + 0.8 * chance));
}

/**
 * How long an address is not to be opened by itself, since that was tried only just now.
 * @param {World} world
 * @param {string} address
 * @returns {number} milliseconds
 */
function pauseBefore({ tried, clock, chance }, address) {
  const before = tried.get(address);
  if (before === undefined) return 0;
  const least = MIN_BETWEEN_MS * (1 + 0.2 * chance());
  return Math.max(0, Math.ceil(before + least - clock()));
}

const noLimit = () => {};

/** @type {World} */
const browser = {
  open: (address) => new WebSocket(address),
  after(milliseconds, then) {
    const timer = setTimeout(then, milliseconds);
    return () => clearTimeout(timer);
  },
  chance: Math.random,
  clock: () => performance.now(),
  tried: new Map(),
  isOnline: () => navigator.onLine,
};

export class LiveSocket {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {WebSocket[]} */
  #stale = [];
  /** @type {Connection} */
  #connection = "connecting";
  #lossCount = 0;
  #reason = "";
  #hasEnded = false;
  #cancelTimer = () => {};
  #cancelLimit = noLimit;
  #address;
  #owner;
  #world;

  /**
   * @param {string} address
   * @param {Owner} owner
   * @param {{isAsked?: boolean, world?: World}} [how] asked for by a person: then it is opened at
   * once, however soon after another
   */
  constructor(address, owner, { isAsked = true, world = browser } = {}) {
    this.#address = address;
    this.#owner = owner;
    this.#world = world;
    if (isAsked) this.#open();
    else this.#openAfter(0);
  }

  /**
   * Says something, if anybody can hear it now.
   * @param {string} message
   * @param {Record<string, unknown>} [params]
   * @returns {boolean} false: it was not sent, and will not be
   */
  send(message, params = {}) {
    if (this.#connection !== "open" || !this.#world.isOnline() || !this.#say(message, params)) {
      return false;
    }
    this.#expect(ANSWER_WITHIN_MS);
    return true;
  }

  /** Something has happened to the network or the page: finds out how it is, at once. */
  check() {
    if (this.#hasEnded) return;
    if (!this.#world.isOnline()) {
      this.#lose();
    } else if (this.#socket === null) {
      this.#lossCount = 0;
      this.#openAfter(0);
    } else if (this.#say("ping", {})) {
      this.#expect(ANSWER_WITHIN_MS);
    } else if (this.#socket.readyState > 1) {
      this.#lose(); // closed, and nobody has said so yet
    }
  }

  /** Says goodbye: the place, or the hold, ends at once. */
  stop() {
    this.#end();
    this.#socket?.close(GOODBYE);
  }

  /** @param {number} delay milliseconds; more where it was tried only just now */
  #openAfter(delay) {
    this.#cancelTimer();
    const wait = Math.max(delay, pauseBefore(this.#world, this.#address));
    if (wait === 0) this.#open();
    else this.#cancelTimer = this.#world.after(wait, () => this.#open());
  }

  #open() {
    this.#cancelTimer();
    this.#reason = "";
    this.#world.tried.set(this.#address, this.#world.clock());
    const socket = this.#world.open(this.#address);
    this.#socket = socket;
    // A refusal is accepted too, so that its reason can be read: only an answer makes it open
    socket.onopen = () => this.#say("ping", {});
    socket.onmessage = (event) => this.#heard(frameOf(event.data));
    socket.onclose = (event) => this.#closed(event.code);
    this.#expect(OPEN_WITHIN_MS);
  }

  /** @param {Frame} frame */
  #heard(frame) {
    this.#cancelLimit();
    this.#cancelTimer();
    this.#cancelTimer = this.#world.after(BEAT_EVERY_MS, () => this.check());
    if (frame.result === "ok" && this.#connection !== "open") {
      this.#lossCount = 0;
      this.#dropStale();
      this.#becomes("open");
    }
    if (frame.result === "error") this.#reason = frame.params?.code ?? "";
    if (frame.message !== "pong") this.#owner.frame(frame);
    this.#owner.heard?.();
  }

  /** @param {number} code */
  #closed(code) {
    if (!FINAL.has(code)) {
      this.#lose();
      return;
    }
    this.#end();
    this.#owner.connection("ended", this.#reason);
    this.#owner.ended(code, this.#reason);
  }

  /** Nobody answers. To close it now would be a goodbye, if it got through after all. */
  #lose() {
    this.#cancelLimit();
    this.#cancelTimer();
    if (this.#socket) {
      this.#forget(this.#socket);
      this.#stale.push(this.#socket);
      this.#socket = null;
    }
    this.#stale = this.#stale.filter((each) => each.readyState < 2);
    const delay = delayOf(this.#lossCount, this.#world.chance());
    this.#lossCount += 1;
    this.#openAfter(delay);
    this.#becomes("lost");
  }

  #end() {
    this.#hasEnded = true;
    this.#connection = "ended";
    this.#cancelLimit();
    this.#cancelTimer();
    if (this.#socket) this.#forget(this.#socket);
    this.#dropStale();
  }

  /** The new one is on the server's books, so the old ones take nothing with them. */
  #dropStale() {
    for (const socket of this.#stale) socket.close(GOODBYE);
    this.#stale = [];
  }

  /** @param {WebSocket} socket */
  #forget(socket) {
    socket.onopen = socket.onmessage = socket.onclose = null;
  }

  /** @param {number} milliseconds within which something has to be heard */
  #expect(milliseconds) {
    if (this.#cancelLimit !== noLimit) return; // what was asked before has to be answered sooner
    const cancel = this.#world.after(milliseconds, () => this.#lose());
    this.#cancelLimit = () => {
      cancel();
      this.#cancelLimit = noLimit;
    };
  }

  /**
   * @param {string} message
   * @param {Record<string, unknown>} params
   */
  #say(message, params) {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify({ message, params }));
    return true;
  }

  /** @param {Connection} connection */
  #becomes(connection) {
    if (this.#connection === connection) return;
    this.#connection = connection;
    this.#owner.connection(connection, this.#reason);
  }
}

/**
 * What was said, also where somebody in between says what no service does.
 * @param {unknown} said
 * @returns {Frame}
 */
function frameOf(said) {
  try {
    const { result = "", message = "", params } = JSON.parse(String(said));
    return { result, message, ...(params && { params }) };
  } catch {
    return { result: "", message: "" };
  }
}

/**
 * The address of one of the two sockets of an event, with news of it, for one person alone.
 * @param {"mark_me" | "marking"} kind
 * @param {string} eventId
 * @param {number | null} userId
 */
export function addressOf(kind, eventId, userId) {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const as = userId === null ? "" : `&as=${userId}`;
  return `${scheme}//${location.host}/ws/${kind}?event_id=${eventId}&news=1${as}`;
}

/**
 * Lets a socket look around whenever a phone wakes up or changes its network.
 * @param {LiveSocket} socket
 * @returns {() => void} ends that
 */
export function watchWorld(socket) {
  const look = () => {
    if (document.visibilityState === "visible") socket.check();
  };
  const changed = () => socket.check();
  document.addEventListener("visibilitychange", look);
  document.addEventListener("resume", changed); // of a tab that was frozen
  for (const name of ["online", "offline", "pageshow"]) window.addEventListener(name, changed);
  return () => {
    document.removeEventListener("visibilitychange", look);
    document.removeEventListener("resume", changed);
    for (const name of ["online", "offline", "pageshow"]) window.removeEventListener(name, changed);
  };
}
