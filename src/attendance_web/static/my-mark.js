/** What there is to show of my own mark in an event: a receipt, kept for when there is no signal. */

import * as api from "./api.js";
import { meet } from "./people.js";
import { keepMark } from "./receipts.js";

/** @typedef {import("./receipts.js").Receipt} Receipt */

/**
 * Reads what belongs on a receipt, and keeps it in this browser; raises CallFailed.
 * @param {number} userId mine
 * @param {string} eventId
 * @param {{actor_id: number, at: number}} mark that stands
 * @returns {Promise<Receipt>}
 */
export async function receiptOf(userId, eventId, { actor_id, at }) {
  const [event, marker, own] = await Promise.all([
    api.event(eventId),
    api.profile(actor_id),
    api.profile(userId),
  ]);
  meet([marker, own]);
  const receipt = {
    event_id: eventId,
    name: event.name,
    marked_at: at,
    marked_by: actor_id,
    by: marker.display_name,
    own: own.display_name,
  };
  keepMark(userId, receipt);
  return receipt;
}
