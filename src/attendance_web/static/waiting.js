/** My own waiting, which goes on while I look at other screens, and when the page is loaded anew. */

import * as api from "./api.js";
import { keptHere } from "./kept.js";
import { keepAtOnce, watchMark } from "./my-mark.js";
import { meet } from "./people.js";
import { recognise, session } from "./session.js";
import { signalMark } from "./signal.js";
import { LOGGED_OUT, LiveSocket, addressOf, watchWorld } from "./socket.js";
import { Store } from "./store.js";
import { now } from "./times.js";
import { setBusy } from "./updates.js";
import { stayAwake } from "./wake.js";

/** @typedef {import("./socket.js").Connection} Connection */
/** @typedef {{place: number, waiting: number, markers: number}} Position */
/** @typedef {import("./receipts.js").Receipt} Receipt */
/**
 * Times in UNIX seconds. `code` and `reason` once the service has ended it, `reason` also while it
 * is lost.
 * @typedef {object} Waiting
 * @property {string | null} eventId
 * @property {import("./fold.js").Shown | null} event its name and times
 * @property {Connection} connection
 * @property {number | null} since
 * @property {Position | null} position the how-many-th I am, of how many, and how many mark
 * @property {{userId: number, until: number} | null} held who is about to mark me
 * @property {number | null} keptUntil while it is lost: until when my place is kept for me
 * @property {boolean} isFurtherBack my place was lost, and I stand further back now
 * @property {number | null} markedBy
 * @property {Receipt | null} receipt of my mark, a moment later
 * @property {api.Annulled | null} annulled my mark does not stand any more
 * @property {number} code
 * @property {string} reason
 */

const STORAGE_KEY = "waiting";
const GRACE_SECONDS = 15; // a lost place is kept for so long, as the service is set up usually
const NOTICED_SECONDS = 10; // in which a service does not miss anybody yet

/** @type {Waiting} */
const NOT_WAITING = {
  eventId: null,
  event: null,
  connection: "ended",
  since: null,
  position: null,
  held: null,
  keptUntil: null,
  isFurtherBack: false,
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
let forgetMark = () => {};
let heardAt = 0; // the last frame
/** @type {Position | null} mine when I was lost, until I know where I stand again */
let positionBefore = null;
let isReturning = false;
let isLate = false; // back, but after the grace

/** @param {Partial<Waiting>} change */
function set(change) {
  waiting.set(change);
  const { eventId, connection } = waiting.value;
  setBusy(waiting, eventId !== null && connection !== "ended");
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
  const before = keptHere.readJson(STORAGE_KEY);
  if (!before?.eventId || before.userId !== session.value.userId) return;
  if (waiting.value.eventId === null) begin(before.eventId, before);
}

/**
 * @param {string} eventId
 * @param {{since: number, position: Position | null, heardAt: number} | null} before
 */
function begin(eventId, before) {
  heardAt = before?.heardAt ?? now();
  positionBefore = before?.position ?? null;
  isReturning = before !== null;
  set({ ...NOT_WAITING, eventId, connection: "connecting", since: before?.since ?? null });
  keep();
  socket = new LiveSocket(addressOf("mark_me", eventId, session.value.userId), {
    connection,
    frame,
    heard: () => (heardAt = now()),
    ended(code, reason) {
      stopBackground();
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
  const { eventId, since, position } = waiting.value;
  keptHere.writeJson(STORAGE_KEY, { userId: session.value.userId, eventId, since, position, heardAt });
}

/** @param {Connection} connection @param {string} reason */
function connection(connection, reason) {
  if (connection === "lost") {
    if (!isReturning) positionBefore = waiting.value.position;
    isReturning = true;
    const keptUntil = Math.min(now() + GRACE_SECONDS, heardAt + NOTICED_SECONDS + GRACE_SECONDS);
    set({ connection, reason, keptUntil, held: null, position: null });
    return;
  }
  if (connection === "open") {
    isLate = isReturning && now() - heardAt > GRACE_SECONDS;
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

/** @param {Position} position */
function placed(position) {
  if (isReturning) {
    const isBehind = positionBefore === null || position.place > positionBefore.place;
    if (isLate && isBehind) set({ isFurtherBack: true, since: now() });
    isReturning = false;
  }
  set({ position });
  keep();
}

/** @param {number} markerId */
function marked(markerId) {
  const { eventId, event } = waiting.value;
  const { userId } = session.value;
  set({ markedBy: markerId, held: null, position: null, isFurtherBack: false });
  signalMark();
  if (eventId === null || userId === null) return;
  if (event) keepAtOnce(userId, eventId, event.name, markerId);
  forgetMark();
  forgetMark = watchMark(userId, eventId, {
    stands: (receipt) => set({ receipt, markedBy: receipt.marked_by }),
    annulled: (annulled) => set({ markedBy: null, receipt: null, annulled }),
  });
}

/** Stops what goes on only while I wait. */
function stopBackground() {
  ignoreWorld();
  letSleep();
  keptHere.remove(STORAGE_KEY);
}

/** Says goodbye, and forgets how it was. */
export function stopWaiting() {
  stopBackground();
  forgetMark();
  socket?.stop();
  socket = null;
  set(NOT_WAITING);
}

if (typeof window !== "undefined") {
  window.addEventListener("pagehide", () => {
    if (waiting.value.eventId !== null && waiting.value.connection !== "ended") keep();
  });
}
