/** Whether one judges scans, which this browser remembers, and how many wait to be judged. */

import { kept } from "./kept.js";
import { MODERATOR_KEY, session } from "./session.js";
import { Store } from "./store.js";

const LOOK_EVERY_MS = 60_000; // at most so often
const RAIL = "(min-width: 64rem)"; // as in sections.css: nothing else shows how many there are

/** `pending` is null until it is known; `isAsked`: the desk has said whether one is a moderator. */
export const moderating = new Store(/** @type {{pending: number | null, isAsked: boolean}} */ ({
  pending: null,
  isAsked: false,
}));
let lookedAt = -Infinity;

export const isModerator = () => kept.getText(MODERATOR_KEY) === String(session.value.userId);

/**
 * Remembers what the review desk has said.
 * @param {number | null} pending how many scans wait; null where one is no moderator
 */
export function moderates(pending) {
  if (pending === null) kept.remove(MODERATOR_KEY);
  else kept.setText(MODERATOR_KEY, String(session.value.userId));
  lookedAt = performance.now();
  moderating.set({ pending, isAsked: true });
}

/** Asks how many wait, for a moderator who would see it; of anybody else nothing is asked. */
export async function lookAtQueue() {
  if (!isModerator() || !matchMedia(RAIL).matches) return;
  if (performance.now() - lookedAt < LOOK_EVERY_MS) return;
  lookedAt = performance.now();
  const { readQueue } = await import("./review/queue.js");
  await readQueue(1);
}
