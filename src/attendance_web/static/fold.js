/** What a marker's page knows, folded from the frames it gets. Contract: 6.10. No I/O. */

import { matcherOf } from "./search.js";

/** @typedef {import("./socket.js").Frame} Frame */
/** @typedef {"asking" | "held" | "confirming" | "refusing"} Step */
/**
 * Whom I have chosen, and how far that is. `until`: seconds, as `now` of `times.js`.
 * @typedef {{userId: number, step: Step, until: number | null}} Chosen
 */
/** @typedef {"faster" | "expired" | "notSent" | "marked" | "refused" | "code" | "undone"} What */
/**
 * What is to be told to the person: `text` is the service's own, `code` a refusal's, `seconds`
 * after which it may be tried again. `isNew`: this very confirm has made the mark; `paid`: the karma
 * that it has brought.
 * @typedef {{what: What, userId?: number, text?: string, code?: string, seconds?: number,
 *   isNew?: boolean, paid?: number}} Told
 */
/**
 * My last mark, which can be undone until then; `n` is its entry in the ledger.
 * @typedef {{userId: number, n: number, until: number, isAsked: boolean}} Undo
 */
/** @typedef {{name: string, time_from: number, time_to: number}} Shown */
/**
 * @typedef {object} Marking
 * @property {ReadonlyMap<number, number>} list who can be marked, and when they asked
 * @property {Chosen | null} chosen
 * @property {Told | null} told
 * @property {Undo | null} undo
 * @property {ReadonlySet<string>} marks those made since the page was opened, and not undone
 * @property {Shown | null} event its name and times, once they have changed
 */

/** @type {Marking} */
export const NOBODY = {
  list: new Map(),
  chosen: null,
  told: null,
  undo: null,
  marks: new Set(),
  event: null,
};

const UNDO_SECONDS = 10;
const SOMEBODY_WAS_FASTER = new Set(["taken", "not_waiting", "already_marked"]);
// After these nobody is held any more; after any other error whoever was held still is
const END_A_HOLD = new Set([
  "nobody_held",
  "not_held",
  "event_over",
  "event_not_found",
  "left_event",
  "may_not_mark",
  "not_logged_in",
  "other_person",
]);

/**
 * What is known after a frame.
 * @param {Marking} before
 * @param {Frame} frame
 * @param {number} now seconds
 * @returns {Marking}
 */
export function folded(before, frame, now) {
  const params = frame.params ?? {};
  const { chosen, list } = before;
  if (frame.result === "error") return refused(before, params, frame.message);
  switch (frame.message) {
    case "marking_list":
      // A hold that lives on is told right after the list; a confirm is asked anew
      return {
        ...before,
        list: new Map(params.marking_list.map(zip(params.asked_at))),
        chosen: chosen?.step === "confirming" ? chosen : null,
      };
    case "user_joined":
      return { ...before, list: new Map(list).set(params.user_id, params.asked_at) };
    case "user_left":
      return { ...before, list: without(list, params.user_id) };
    case "prepared": {
      const step = chosen && chosen.userId === params.user_id ? answered(chosen.step) : "held";
      const until = now + params.expires_in;
      return { ...before, chosen: { userId: params.user_id, step, until } };
    }
    case "refused":
      return { ...before, chosen: null, told: { what: "refused", ...about(chosen) } };
    case "marked":
      return marked(before, params, now);
    case "reservation_expired":
      // Of a confirm on its way its own answer tells
      if (!chosen || chosen.userId !== params.user_id) return before;
      if (chosen.step === "confirming") return before;
      return { ...before, chosen: null, told: { what: "expired", ...about(chosen) } };
    case "event_changed": {
      const { name, time_from, time_to } = params;
      return { ...before, event: { name, time_from, time_to } };
    }
    default:
      return before;
  }
}

/**
 * @param {Marking} before
 * @param {Record<string, any>} params
 * @param {number} now
 * @returns {Marking}
 */
function marked(before, params, now) {
  const { chosen, list, undo, marks } = before;
  const userId = params.user_id ?? chosen?.userId;
  const mark = `${userId} ${params.n}`;
  const isNew = params.n === undefined || !marks.has(mark); // else one that was confirmed again
  const { display_msg: text, paid } = params;
  const told = { what: /** @type {const} */ ("marked"), text, userId, isNew, paid };
  // A service of before does not say which mark it is: nothing can be undone there
  const offered =
    params.n !== undefined && isNew
      ? { userId, n: params.n, until: now + UNDO_SECONDS, isAsked: false }
      : undo;
  return {
    ...before,
    list: without(list, userId),
    chosen: chosen?.userId === userId ? null : chosen, // a mark confirmed again may be of another
    told,
    undo: offered,
    marks: new Set(marks).add(mark),
  };
}

/**
 * What is known once a mark is on its way to be undone, is undone, or stays for this reason; with
 * `unknownSince`, in seconds as `now` of `times.js`, nobody knows whether it does.
 * @param {Marking} before
 * @param {Undo} undo
 * @param {"asked" | "done" | {code: string, text: string, unknownSince?: number}} outcome
 * @returns {Marking}
 */
export function undone(before, undo, outcome) {
  const isShown = before.undo?.userId === undo.userId && before.undo.n === undo.n;
  if (outcome === "asked") return { ...before, undo: { ...undo, isAsked: true } };
  const left = isShown ? null : before.undo; // another mark may have been made meanwhile
  const { userId } = undo;
  if (outcome === "done") {
    const marks = new Set(before.marks);
    marks.delete(`${userId} ${undo.n}`);
    return { ...before, undo: left, marks, told: { what: "undone", userId } };
  }
  const { code, text, unknownSince } = outcome;
  const told = { what: /** @type {const} */ ("code"), userId, code, text };
  if (unknownSince === undefined || !isShown) return { ...before, undo: left, told };
  const until = unknownSince + UNDO_SECONDS;
  return { ...before, undo: { ...undo, until, isAsked: false }, told };
}

/**
 * What is known once the connection is lost: of what was asked nobody knows whether it was done.
 * @param {Marking} before
 * @returns {Marking}
 */
export function lost(before) {
  const { chosen } = before;
  if (chosen?.step === "asking") {
    return { ...before, chosen: null, told: { what: "notSent", ...about(chosen) } };
  }
  return chosen?.step === "refusing" ? { ...before, chosen: { ...chosen, step: "held" } } : before;
}

/**
 * @param {Marking} before
 * @param {Record<string, any>} params
 * @param {string} text
 * @returns {Marking}
 */
function refused(before, { code = "", seconds }, text) {
  const { chosen } = before;
  if (chosen?.step === "asking" && SOMEBODY_WAS_FASTER.has(code)) {
    return { ...before, chosen: null, told: { what: "faster", ...about(chosen) } };
  }
  const wait = seconds === undefined ? {} : { seconds };
  const told = { what: /** @type {const} */ ("code"), code, text, ...about(chosen), ...wait };
  const isOver = chosen === null || chosen.step === "asking" || END_A_HOLD.has(code);
  return { ...before, chosen: isOver ? null : { ...chosen, step: "held" }, told };
}

/** @param {Chosen | null} chosen */
const about = (chosen) => (chosen ? { userId: chosen.userId } : {});

/**
 * @param {Step} step
 * @returns {Step} after `prepared`: it may be a repetition, told while a confirm is on its way
 */
const answered = (step) => (step === "asking" ? "held" : step);

/**
 * @param {number[]} askedAt
 * @returns {(userId: number, index: number) => [number, number]}
 */
const zip = (askedAt) => (userId, index) => [userId, askedAt[index] ?? 0];

/**
 * @param {ReadonlyMap<number, number>} list
 * @param {number} userId
 */
function without(list, userId) {
  const left = new Map(list);
  left.delete(userId);
  return left;
}

/**
 * Those to be shown: friends first, then in the order of asking; all that match the search.
 * @param {ReadonlyMap<number, number>} list
 * @param {ReadonlySet<number>} friends
 * @param {(userId: number) => string} nameOf
 * @param {string} part
 * @returns {number[]}
 */
export function ordered(list, friends, nameOf, part) {
  const isSought = matcherOf(part);
  return [...list]
    .filter(([userId]) => isSought(nameOf(userId)))
    .sort(
      ([one, oneAt], [other, otherAt]) =>
        Number(friends.has(other)) - Number(friends.has(one)) || oneAt - otherAt || one - other,
    )
    .map(([userId]) => userId);
}
