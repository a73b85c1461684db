/**
 * Who uses the page. From when that is known until it is left a page acts for one person alone:
 * where somebody else, or nobody, turns out to be logged in, it is loaded anew. Contract: 1.8.
 */

import * as api from "./api.js";
import { actFor } from "./calling.js";
import { kept, keptHere } from "./kept.js";
import { forgetMarks } from "./receipts.js";
import { Store } from "./store.js";

/** @typedef {{userId: number | null, isKnown: boolean}} Session */

const STORAGE_KEY = "user"; // in all tabs: who was logged in last
export const MODERATOR_KEY = "moderator"; // in all tabs: whoever judges scans
const LOOK_EVERY_MS = 5_000; // at most so often

/** `isKnown` is false until the service has said who it is, or this browser knows it from before. */
export const session = new Store(/** @type {Session} */ ({ userId: null, isKnown: false }));
let lookedAt = -Infinity;
let isLeaving = false;

/**
 * Begins as whoever was here last, so that the screen's calls go out beside the question who it
 * is; they say whom they are for, and are refused where it is somebody else.
 */
export function remember() {
  const userId = Number(kept.getText(STORAGE_KEY));
  if (Number.isSafeInteger(userId) && userId > 0) become(userId);
}

/** Asks the service; raises CallFailed. */
export async function recognise() {
  lookedAt = performance.now();
  entered(await api.currentUser());
}

/** @param {number | null} userId who is logged in now, as the service has said */
export function entered(userId) {
  const { userId: before, isKnown } = session.value;
  const isAnother = isKnown && before !== null && before !== userId;
  if (isAnother || userId === null) forget();
  if (userId === null) kept.remove(STORAGE_KEY);
  else kept.setText(STORAGE_KEY, String(userId));
  if (isAnother) startAnew();
  else become(userId);
}

/** Logs out, in this tab and in all others; raises CallFailed. */
export async function leave() {
  await api.logOut();
  forget();
  kept.remove(STORAGE_KEY);
  startAnew(true);
}

/** What this browser keeps of whoever was here goes with them. */
function forget() {
  forgetMarks();
  kept.remove(MODERATOR_KEY);
}

/** @param {number | null} userId */
function become(userId) {
  actFor(userId, () => {
    kept.remove(STORAGE_KEY); // so that it is asked before anything else
    startAnew();
  });
  session.set({ userId, isKnown: true });
}

/**
 * Loads the page anew, for whoever is logged in now. What this tab keeps is about somebody else. A
 * page that has been loaded anew only just waits, whatever the service says.
 * @param {boolean} [isWanted] by the person
 */
function startAnew(isWanted = false) {
  if (isLeaving) return;
  isLeaving = true;
  keptHere.clear();
  // To come there is to wait, or to sit down to mark: whoever it is has to say so
  history.replaceState(null, "", location.hash.replace(/\/(wait|mark)\b.*/, ""));
  const [loaded] = performance.getEntriesByType("navigation");
  const isNew = /** @type {PerformanceNavigationTiming | undefined} */ (loaded)?.type === "reload";
  const wait = isNew && !isWanted ? Math.max(0, LOOK_EVERY_MS - performance.now()) : 0;
  setTimeout(() => location.reload(), wait);
}

/** Looks who is logged in when somebody comes back to this tab, or does something in another. */
export function watchOthers() {
  const look = () => {
    if (document.visibilityState !== "visible" || !session.value.isKnown) return;
    if (performance.now() - lookedAt < LOOK_EVERY_MS) return;
    void recognise().catch(() => undefined);
  };
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", look);
  window.addEventListener("storage", ({ key }) => {
    if (key === STORAGE_KEY || key === null) void recognise().catch(() => undefined);
  });
}
