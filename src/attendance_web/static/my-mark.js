/** My own mark in an event: how it stands, and its receipt, kept for when there is no signal. */

import * as api from "./api.js";
import { meet, people } from "./people.js";
import { dropMark, keepMark, keptMark } from "./receipts.js";
import { now } from "./times.js";

/** @typedef {import("./receipts.js").Receipt} Receipt */

const LOOK_EVERY_MS = 15_000;

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

/**
 * Keeps what is known already, for the signal may be gone the next moment.
 * @param {number} userId mine
 * @param {string} eventId
 * @param {string} eventName
 * @param {number} markerId
 */
export function keepAtOnce(userId, eventId, eventName, markerId) {
  const by = people.value.known.get(markerId)?.display_name; // as told when they chose me
  if (!by) return;
  const mark = { event_id: eventId, name: eventName, marked_at: now(), marked_by: markerId, by };
  keepMark(userId, mark);
}

/**
 * Keeps one that was read, unless it is kept already.
 * @param {api.Event} event
 * @param {api.Entry} mark of mine
 * @param {string} markerName
 */
export function keepSeen({ event_id, name }, { user_id, actor_id, at }, markerName) {
  if (keptMark(user_id, event_id)?.marked_at === at) return;
  const own = people.value.known.get(user_id)?.display_name;
  keepMark(user_id, { event_id, name, marked_at: at, marked_by: actor_id, by: markerName, own });
}

/**
 * Looks again and again how my mark stands, until it is annulled, and keeps its receipt.
 * @param {number} userId mine
 * @param {string} eventId
 * @param {{stands: (receipt: Receipt) => void, annulled: (how: api.Annulled) => void}} told
 * @returns {() => void} ends it
 */
export function watchMark(userId, eventId, told) {
  let isOver = false;
  let markedAt = 0;
  const look = async () => {
    const [entry] = await api.ledger(eventId, { limit: 1, user_id: userId }).catch(() => []);
    if (!entry || isOver) return;
    if (entry.kind === "annulled") {
      const { at, reason, note } = entry;
      end();
      dropMark(userId, eventId);
      told.annulled({ at, reason: reason ?? "other", note });
      return;
    }
    if (markedAt === entry.at) return;
    const receipt = await receiptOf(userId, eventId, entry).catch(() => null);
    if (!receipt || isOver) return;
    markedAt = entry.at;
    told.stands(receipt);
  };
  const timer = window.setInterval(() => {
    if (document.visibilityState === "visible") void look();
  }, LOOK_EVERY_MS);
  const end = () => {
    isOver = true;
    clearInterval(timer);
  };
  void look();
  return end;
}
