/** Which events there are: mine first, others' as one searches for them, never all. Contract: 5.10. */

import * as api from "./api.js";
import { dropAnnulled } from "./receipts.js";
import { session } from "./session.js";
import { dayFromNow, now } from "./times.js";

/** @typedef {import("./api.js").Event} Event */
/** @typedef {Event & {organiser: boolean}} Own an event I am in, organise or help in */

const PAGE_ROWS = 30;
const MAX_ROWS = 500; // of one answer

const thisSecond = () => Math.floor(now());

/**
 * @param {api.ListQuery & {limit: number}} query
 * @returns {Promise<Own[]>}
 */
async function readOwn(query) {
  const [joined, made] = await Promise.all([api.joinedEvents(query), api.createdEvents(query)]);
  /** @type {Map<string, Own>} */
  const own = new Map();
  for (const each of joined) own.set(each.event_id, { ...each, organiser: each.creator });
  for (const each of made) own.set(each.event_id, { ...each, organiser: true });
  return [...own.values()];
}

/**
 * My events that run or are still to come, the next one first.
 * @param {number} [pages] so many of them, from the first one on
 * @returns {Promise<{own: Own[], isLast: boolean}>}
 */
export async function readOwnToCome(pages = 1) {
  const most = Math.min(pages * PAGE_ROWS, MAX_ROWS - 1);
  const own = await readOwn({ ends_after: thisSecond(), limit: most + 1 }); // of both lists the first
  own.sort((one, other) => one.time_from - other.time_from);
  return { own: own.slice(0, most), isLast: own.length <= most || most === MAX_ROWS - 1 };
}

/**
 * My events that are over, the last one first, a page at a time.
 * @param {Own} [after] where the page before has ended
 * @returns {Promise<{own: Own[], end: Own | undefined}>} without an end where no page follows
 */
export async function readOwnPast(after) {
  const before = after ? after.time_from + 1 : thisSecond();
  const read = { starts_before: before, newest_first: true, limit: PAGE_ROWS + 1 };
  const begun = (await readOwn(read)).sort(compareNewestFirst);
  const page = begun.filter((each) => !after || compareNewestFirst(after, each) < 0).slice(0, PAGE_ROWS);
  const own = page.filter((each) => each.time_to <= now()); // what runs now has begun, too
  return { own, end: begun.length > PAGE_ROWS ? page.at(-1) : undefined };
}

/**
 * Where I was, and my marks there, the newest first; what is kept of one that was annulled goes.
 * @param {{limit: number, offset?: number}} query
 */
export async function readAttended(query) {
  const attended = await api.myAttendance(query);
  dropAnnulled(session.value.userId, attended);
  return attended;
}

/**
 * @param {Event} one
 * @param {Event} other
 */
const compareNewestFirst = (one, other) =>
  other.time_from - one.time_from || (one.event_id < other.event_id ? -1 : 1);

/**
 * Events of anybody that run today and are not over, for whoever has no link.
 * @returns {Promise<Event[]>}
 */
export const readTodaysEvents = () =>
  api.events({ ends_after: thisSecond(), starts_before: dayFromNow().to, limit: PAGE_ROWS });

/**
 * Events by a part of their name, those that are over, too; the last one first.
 * @param {string} name at least 3 characters
 * @param {number} [offset] so many are known already
 * @returns {Promise<Event[]>} a page of them, or the rest
 */
export const findEvents = (name, offset = 0) =>
  api.events({ name, newest_first: true, limit: PAGE_ROWS, offset });

/** Whether no page follows: it has fewer rows than a page may have. */
export const isLastPage = (/** @type {Event[]} */ page) => page.length < PAGE_ROWS;

/**
 * One event, and how I stand in it.
 * @param {string} eventId
 * @returns {Promise<{found: api.EventShown, isIn: boolean, mark: api.Entry | null,
 *   annulled: api.Entry | null}>} `mark` where one of mine stands, `annulled` where the last does not
 */
export async function readEventAndMyMark(eventId) {
  const mine = { user_id: session.value.userId ?? 0, limit: 1 };
  const [found, joined, [entry = null]] = await Promise.all([
    api.event(eventId),
    api.joinedEvents({ newest_first: true, limit: MAX_ROWS }),
    api.ledger(eventId, mine).catch(() => []),
  ]);
  const mark = entry?.kind === "marked" ? entry : null;
  const annulled = mark ? null : entry;
  dropAnnulled(mine.user_id, [{ event_id: found.event_id, annulled }]);
  const isIn = joined.some((each) => each.event_id === found.event_id);
  return { found, isIn, mark, annulled };
}
