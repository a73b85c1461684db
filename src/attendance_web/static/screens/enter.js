/** Going to wait, or to mark, in an event: asks first where that ends another wait. */

import { askWhether } from "../parts.js";
import { go } from "../router.js";
import { allowSound } from "../signal.js";
import { t } from "../texts.js";
import { stopWaiting, wait, waiting } from "../waiting.js";

/** @returns {string | null} the event where I am on the list, or about to be */
export function waitsIn() {
  const { eventId, connection, markedBy } = waiting.value;
  return connection === "ended" || markedBy !== null ? null : eventId;
}

/** @param {string} eventId */
export async function goWait(eventId) {
  allowSound();
  const elsewhere = waitsIn();
  if (elsewhere !== null && elsewhere !== eventId) {
    const question = t("wait.other", { name: waiting.value.event?.name ?? "…" });
    if (!(await askWhether(question, t("wait.other.yes"), { look: "main" }))) return;
  }
  wait(eventId);
  go(`/event/${eventId}/wait`);
}

/** @param {string} eventId */
export async function goMark(eventId) {
  if (waitsIn() === eventId) {
    if (!(await askWhether(t("event.stopToMark"), t("event.stopToMark.yes"), { look: "main" }))) return;
    stopWaiting();
  }
  go(`/event/${eventId}/mark`);
}
