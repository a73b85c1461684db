/** My own waiting, which goes on while I look at other screens, and when the page is loaded anew. */

import * as api from "./api.js";
import { keptHere } from "./kept.js";
import { meet, people } from "./people.js";
import { dropMark, keepMark } from "./receipts.js";
import { receiptOf } from "./my-mark.js";
import { recognise, session } from "./session.js";
import { reached } from "./signal.js";
import { LOGGED_OUT, LiveSocket, addressOf, watchWorld } from "./socket.js";
import { Store } from "./store.js";
import { now } from "./times.js";
import { setBusy } from "./updates.js";
import { stayAwake } from "./wake.js";

/** @typedef {import("./socket.js").Connection} Connection */
/** @typedef {{place: number, waiting: number, markers: number}} Place */
/** @typedef {import("./receipts.js").Receipt} Receipt */
/**
 * Times in UNIX seconds. `code` and `reason` once the service has ended it, `reason` also while it
 * is lost.
 * @typedef {object} Waiting
 * @property {string | null} eventId
 * @property {import("./fold.js").Shown | null} event its name and times
 * @property {Connection} connection
 * @property {number | null} since
 * @property {Place | null} place the how-many-th I am, of how many, and how many mark
 * @property {{userId: number, until: number} | null} held who is about to mark me
 * @property {number | null} keptUntil while it is lost: until when my place is kept for me
 * @property {boolean} isBack my place was lost, and I stand further back now
 * @property {number | null} markedBy
 * @property {Receipt | null} receipt of my mark, a moment later
 * @property {api.Annulled | null} annulled my mark does not stand any more
 * @property {number} code
 * @property {string} reason
 */

const KEPT = "waiting";
const GRACE = 15; // seconds a lost place is kept for, as the service is set up usually
const NOTICED = 10; // seconds in which a service does not miss anybody yet
const LOOK_EVERY = 15_000; // milliseconds; whether my mark stands

/** @type {Waiting} */
const NOT_WAITING = {
  eventId: null,
  event: null,
  connection: "ended",
  since: null,
  place: null,
  held: null,
  keptUntil: null,
  isBack: false,
  markedBy: null,
  receipt: null,
  annulled: null,
  code: 0,
  reason: "",
};
export const waiting = new Store(NOT_WAITING);
/** @type {LiveSocket | null} */
let socket = null;
let ignoreWorld = () => {};
let letSleep = () => {};
let looking = 0;
let heardAt = 0; // the last frame
/** @type {Place | null} where I stood when I was lost, until I know where I stand again */
let stood = null;
let isReturning = false;
let isLate = false; // back, but after the grace

/** @param {Partial<Waiting>} change */
function set(change) {
  waiting.set(change);
  const { eventId, connection } = waiting.value;
  setBusy(KEPT, eventId !== null && connection !== "ended");
}

/** Whether I wait in another event, whose place would be lost. @param {string} eventId */
export const waitsElsewhere = (eventId) =>
  waiting.value.connection !== "ended" && ![null, eventId].includes(waiting.value.eventId);

/**
 * Waits to be marked in an event; goes on where it does already.
 * @param {string} eventId
 */
export function wait(eventId) {
  if (waiting.value.eventId === eventId && waiting.value.connection !== "ended") return;
  stopWaiting();
  begin(eventId, null);
}

/** Waits again where the page was loaded anew meanwhile, in the same place if that was soon. */
export function waitOn() {
  const before = keptHere.read(KEPT);
  if (!before?.eventId || before.userId !== session.value.userId) return;
  if (waiting.value.eventId === null) begin(before.eventId, before);
}

/**
 * @param {string} eventId
 * @param {{since: number, place: Place | null, heardAt: number} | null} before
 */
function begin(eventId, before) {
  heardAt = before?.heardAt ?? now();
  stood = before?.place ?? null;
  isReturning = before !== null;
  set({ ...NOT_WAITING, eventId, connection: "connecting", since: before?.since ?? null });
  keep();
  socket = new LiveSocket(addressOf("mark_me", eventId, session.value.userId), {
    connection,
    frame,
    heard: () => (heardAt = now()),
    ended(code, reason) {
      rest();
      set({ code, reason, held: null, keptUntil: null });
      if (code === LOGGED_OUT) void recognise().catch(() => undefined);
    },
  });
  ignoreWorld = watchWorld(socket);
  letSleep = stayAwake();
  const show = (/** @type {import("./fold.js").Shown} */ { name, time_from, time_to }) => {
    if (waiting.value.eventId === eventId) set({ event: { name, time_from, time_to } });
  };
  void api.event(eventId).then(show).catch(() => undefined);
}

/** For when the page is loaded anew. */
function keep() {
  const { eventId, since, place } = waiting.value;
  keptHere.write(KEPT, { userId: session.value.userId, eventId, since, place, heardAt });
}

/** @param {Connection} connection @param {string} reason */
function connection(connection, reason) {
  if (connection === "lost") {
    if (!isReturning) stood = waiting.value.place;
    isReturning = true;
    const keptUntil = Math.min(now() + GRACE, heardAt + NOTICED + GRACE);
    set({ connection, reason, keptUntil, held: null, place: null });
    return;
  }
  if (connection === "open") {
    isLate = isReturning && now() - heardAt > GRACE;
    set({ connection, reason: "", keptUntil: null, since: waiting.value.since ?? now() });
    return;
  }
  set({ connection });
}

/** @param {import("./socket.js").Frame} frame */
function frame({ message, params = {} }) {
  switch (message) {
    case "your_place":
      placed({ place: params.place, waiting: params.waiting, markers: params.markers });
      break;
    case "held":
      meet(params.user ? [params.user] : []);
      set({ held: { userId: params.user_id, until: now() + params.expires_in } });
      break;
    case "let_go":
      set({ held: null });
      break;
    case "event_changed": {
      const { name, time_from, time_to } = params;
      set({ event: { name, time_from, time_to } });
      break;
    }
    case "was_marked":
      marked(params.user_id ?? 0);
      break;
  }
}

/** @param {Place} place */
function placed(place) {
  if (isReturning) {
    const isBehind = stood === null || place.place > stood.place;
    if (isLate && isBehind) set({ isBack: true, since: now() });
    isReturning = false;
  }
  set({ place });
  keep();
}

/** @param {number} by */
function marked(by) {
  const { eventId } = waiting.value;
  set({ markedBy: by, held: null, place: null, isBack: false });
  reached();
  if (eventId === null) return;
  keepAtOnce(eventId, by);
  void look(eventId);
  looking = window.setInterval(() => {
    if (document.visibilityState === "visible") void look(eventId);
  }, LOOK_EVERY);
}

/**
 * Keeps what is known already, for the signal may be gone the next moment.
 * @param {string} eventId
 * @param {number} by
 */
function keepAtOnce(eventId, by) {
  const { userId } = session.value;
  const name = waiting.value.event?.name;
  const marker = people.value.known.get(by)?.display_name; // as told when they chose me
  if (userId === null || !name || !marker) return;
  keepMark(userId, { event_id: eventId, name, marked_at: now(), marked_by: by, by: marker });
}

/**
 * Reads how my mark stands, and keeps its receipt.
 * @param {string} eventId
 */
async function look(eventId) {
  const { userId } = session.value;
  if (userId === null) return;
  const [entry] = await api.ledger(eventId, { limit: 1, user_id: userId }).catch(() => []);
  if (!entry || waiting.value.eventId !== eventId || waiting.value.markedBy === null) return;
  if (entry.kind === "annulled") {
    const { at, reason, note } = entry;
    clearInterval(looking);
    dropMark(userId, eventId);
    set({ markedBy: null, receipt: null, annulled: { at, reason: reason ?? "other", note } });
    return;
  }
  if (waiting.value.receipt?.marked_at === entry.at) return;
  const receipt = await receiptOf(userId, eventId, entry).catch(() => null);
  if (receipt && waiting.value.eventId === eventId && waiting.value.markedBy !== null) {
    set({ receipt, markedBy: entry.actor_id });
  }
}

/** What goes on only while I wait. */
function rest() {
  ignoreWorld();
  letSleep();
  keptHere.remove(KEPT);
}

/** Says goodbye, and forgets how it was. */
export function stopWaiting() {
  rest();
  clearInterval(looking);
  socket?.stop();
  socket = null;
  set(NOT_WAITING);
}

if (typeof window !== "undefined") {
  window.addEventListener("pagehide", () => {
    if (waiting.value.eventId !== null && waiting.value.connection !== "ended") keep();
  });
}
