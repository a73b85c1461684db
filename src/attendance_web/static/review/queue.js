/** Reads the queue of scans, which tells as well whether one is a moderator at all. */

import { CallFailed } from "../calling.js";
import { moderates } from "../moderating.js";
import { pendingScans } from "./calls.js";

const NO_MODERATOR = "not_a_moderator";

/** @param {number} limit rows @returns {ReturnType<typeof pendingScans>} raises CallFailed */
export async function readQueue(limit) {
  try {
    const queue = await pendingScans({ limit });
    moderates(queue.count);
    return queue;
  } catch (error) {
    if (error instanceof CallFailed && error.code === NO_MODERATOR) moderates(null);
    throw error;
  }
}
