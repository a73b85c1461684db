/** My own waiting, which goes on while I look at other screens. */

import { recognise } from "./session.js";
import { reached } from "./signal.js";
import { LOGGED_OUT, LiveSocket, addressOf, watchWorld } from "./socket.js";
import { Store } from "./store.js";
import { now } from "./times.js";

/** @typedef {import("./socket.js").Connection} Connection */
/**
 * `since` in UNIX seconds; `code` and `reason` once the service has ended it.
 * @typedef {object} Waiting
 * @property {string | null} eventId
 * @property {Connection} connection
 * @property {number | null} since
 * @property {number | null} markedBy
 * @property {number} code
 * @property {string} reason
 */

const KEPT = "waiting";
const GRACE = 15; // seconds a lost place is kept for, as the service is set up usually

/** @type {Waiting} */
const NOT_WAITING = {
  eventId: null,
  connection: "ended",
  since: null,
  markedBy: null,
  code: 0,
  reason: "",
};
export const waiting = new Store(NOT_WAITING);
/** @type {LiveSocket | null} */
let socket = null;
let ignoreWorld = () => {};
let lostAt = Infinity;

/**
 * Waits to be marked in an event; goes on where it does already.
 * @param {string} eventId
 */
export function wait(eventId) {
  if (waiting.value.eventId === eventId && waiting.value.connection !== "ended") return;
  stopWaiting();
  sessionStorage.setItem(KEPT, eventId);
  waiting.set({ ...NOT_WAITING, eventId, connection: "connecting" });
  socket = new LiveSocket(addressOf("mark_me", eventId), {
    connection,
    frame(frame) {
      if (frame.message !== "was_marked") return;
      waiting.set({ markedBy: frame.params?.user_id ?? null });
      reached();
    },
    ended(code, reason) {
      ignoreWorld();
      sessionStorage.removeItem(KEPT);
      waiting.set({ code, reason });
      if (code === LOGGED_OUT) void recognise().catch(() => undefined);
    },
  });
  ignoreWorld = watchWorld(socket);
}

/** Waits again where the page was loaded anew meanwhile. */
export function waitOn() {
  const eventId = sessionStorage.getItem(KEPT);
  if (eventId !== null) wait(eventId);
}

/** @param {Connection} connection */
function connection(connection) {
  const { since } = waiting.value;
  if (connection === "lost") lostAt = now();
  const isNew = since === null || now() - lostAt > GRACE;
  if (connection === "open" && isNew) waiting.set({ connection, since: now() });
  else waiting.set({ connection });
  if (connection === "open") lostAt = Infinity;
}

/** Says goodbye, and forgets how it was. */
export function stopWaiting() {
  ignoreWorld();
  socket?.stop();
  socket = null;
  sessionStorage.removeItem(KEPT);
  waiting.set(NOT_WAITING);
}
