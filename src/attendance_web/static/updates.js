/**
 * A new version of the page, offered when it is there and taken when somebody says so. The service
 * tells its version with every answer; the service worker brings the new one whole, beside the one
 * that runs. Contract: 1.9.
 */

import { Store } from "./store.js";

/** `isOffered`: it is there to be taken; `isBusy`: somebody is held or waits, so not now. */
export const updates = new Store({ isOffered: false, isBusy: false });

const OWN = /\/static\/(\w+)\//.exec(import.meta.url)?.[1];
const LOOK_EVERY_MS = 60_000; // at most so often
const TAKE_OVER_MS = 5000; // a browser lets the old worker finish what it began, for minutes
let lookedAt = -Infinity;
/** @type {Set<unknown>} */
const busy = new Set();
/** @type {ServiceWorkerRegistration | null} */
let registration = null;

/** Keeps the page for when there is no signal; a browser that cannot goes without. */
export async function keepPage() {
  if (!("serviceWorker" in navigator)) return;
  try {
    registration = await navigator.serviceWorker.register("/sw.js");
  } catch {
    return;
  }
  offer(registration);
  if (navigator.serviceWorker.controller) {
    // Taken in another tab
    navigator.serviceWorker.addEventListener("controllerchange", () =>
      updates.set({ isOffered: true }),
    );
  }
  registration.addEventListener("updatefound", () => {
    const coming = registration?.installing;
    coming?.addEventListener("statechange", () => registration && offer(registration));
  });
}

/** @param {ServiceWorkerRegistration} registered */
function offer(registered) {
  if (registered.waiting && registered.active) updates.set({ isOffered: true });
}

/**
 * Notices that the service has another version than this page.
 * @param {string | null} version as it came with an answer: the package's, and the page's behind a +
 */
export function heardVersion(version) {
  const said = version?.split("+")[1];
  if (!said || !OWN || said === OWN) return;
  if (!registration?.active) {
    updates.set({ isOffered: true });
    return;
  }
  if (performance.now() - lookedAt < LOOK_EVERY_MS) return;
  lookedAt = performance.now();
  void registration.update().catch(() => undefined); // the next answer reminds us
}

/**
 * @param {unknown} who waits, or holds somebody
 * @param {boolean} isBusy
 */
export function setBusy(who, isBusy) {
  if (busy.has(who) === isBusy) return;
  if (isBusy) busy.add(who);
  else busy.delete(who);
  updates.set({ isBusy: busy.size > 0 });
}

/** Goes on in the new version, also where the browser does not let the old worker go. */
export function acceptUpdate() {
  const waiting = registration?.waiting;
  if (!waiting) {
    location.reload();
    return;
  }
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
  waiting.addEventListener("statechange", () => waiting.state === "redundant" && location.reload());
  waiting.postMessage("take over");
  setTimeout(keepNothing, TAKE_OVER_MS);
}

/** Loads the page from the service, which then is kept anew. */
async function keepNothing() {
  await registration?.unregister().catch(() => false);
  location.reload();
}
