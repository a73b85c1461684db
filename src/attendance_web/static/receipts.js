/**
 * One's own marks, kept in this browser so that they can be shown without signal. They are of one
 * person at a time, and erased when that one logs out.
 */

import { kept } from "./kept.js";

/**
 * What is shown of a mark; times in UNIX seconds.
 * @typedef {object} Receipt
 * @property {string} event_id
 * @property {string} name of the event
 * @property {number} marked_at
 * @property {number} marked_by
 * @property {string} by the marker's name
 * @property {string} [pic] the marker's picture
 * @property {string} [own] one's own name, as it was then
 */

const STORAGE_KEY = "marks";
const MAX_RECEIPTS = 30;

/** @param {number | null} userId @returns {Receipt[]} the last one first */
export function keptMarks(userId) {
  const found = kept.readJson(STORAGE_KEY);
  return found?.userId === userId && Array.isArray(found.marks) ? found.marks : [];
}

/** @param {number | null} userId @param {string} eventId @returns {Receipt | undefined} */
export const keptMark = (userId, eventId) =>
  keptMarks(userId).find((each) => each.event_id === eventId);

/** @param {number} userId @param {Receipt} receipt takes the place of an earlier one */
export function keepMark(userId, receipt) {
  const others = keptMarks(userId).filter((each) => each.event_id !== receipt.event_id);
  const marks = [receipt, ...others].sort((one, other) => other.marked_at - one.marked_at);
  kept.writeJson(STORAGE_KEY, { userId, marks: marks.slice(0, MAX_RECEIPTS) });
}

/** @param {number} userId @param {string} eventId whose mark does not stand any more */
export function dropMark(userId, eventId) {
  const marks = keptMarks(userId).filter((each) => each.event_id !== eventId);
  kept.writeJson(STORAGE_KEY, { userId, marks });
}

/**
 * Forgets those that do not stand any more, as the service tells of them.
 * @param {number | null} userId
 * @param {readonly {event_id: string, annulled?: object | null}[]} attended
 */
export function dropAnnulled(userId, attended) {
  if (userId === null) return;
  for (const { event_id, annulled } of attended) {
    if (annulled && keptMark(userId, event_id)) dropMark(userId, event_id);
  }
}

export const forgetMarks = () => kept.remove(STORAGE_KEY);
