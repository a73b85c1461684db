/** The one call whose answer goes on for as long as one listens. */

import { CallFailed, ownHeaders, refusal } from "../calling.js";
import { t } from "../texts.js";
import { learnTime } from "../times.js";

const PATH = "/api/events/WatchAttendance";

/**
 * The counts of an event, told as they change.
 * @param {string} eventId
 * @param {string | null} secret of a board's link; without one it is for organisers
 * @param {AbortSignal} signal ends it
 * @returns {Promise<ReadableStream<Uint8Array>>} raises CallFailed
 */
export async function watchAttendance(eventId, secret, signal) {
  const headers = ownHeaders();
  if (secret !== null) headers.Authorization = `Board ${secret}`; // and the secret is nowhere else
  const learned = learnTime();
  let answer;
  let envelope;
  try {
    answer = await (secret === null
      ? fetch(`${PATH}?event_id=${eventId}`, { headers, signal })
      : fetch(PATH, { headers, signal, credentials: "omit" }));
    learned(answer.headers.get("X-Attendance-Time"));
    const isStream = answer.headers.get("Content-Type")?.startsWith("text/event-stream");
    if (isStream && answer.body) return answer.body;
    envelope = await answer.json();
  } catch {
    throw new CallFailed(t("not.loaded"), 0);
  }
  throw await refusal(envelope, answer.headers.get("Retry-After"));
}
