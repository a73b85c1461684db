/** The screen stays lit while somebody waits or marks, where the browser can do that. */

const wishes = new Set();
/** @type {WakeLockSentinel | null} */
let lock = null;
let isAsking = false;

/** Whether it can be done here; else people are to be told to keep the screen lit themselves. */
export const canStayAwake = () => "wakeLock" in navigator;

/**
 * Keeps the screen lit; while the page is hidden it is not, and again once it is seen.
 * @returns {() => void} ends that
 */
export function stayAwake() {
  const wish = {};
  if (!wishes.size) document.addEventListener("visibilitychange", ask);
  wishes.add(wish);
  void ask();
  return () => {
    if (!wishes.delete(wish) || wishes.size) return;
    document.removeEventListener("visibilitychange", ask);
    letSleep();
  };
}

async function ask() {
  if (lock || isAsking || document.visibilityState !== "visible" || !canStayAwake()) return;
  isAsking = true;
  try {
    const got = await navigator.wakeLock.request("screen");
    lock = got;
    got.addEventListener("release", () => {
      if (lock === got) lock = null; // hidden, or the battery is low
    });
  } catch {
    lock = null; // not allowed just now
  } finally {
    isAsking = false;
  }
  if (!wishes.size) letSleep();
}

function letSleep() {
  void lock?.release().catch(() => undefined);
  lock = null;
}
