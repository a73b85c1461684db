/** What a marker's page knows, folded from the frames it gets. Contract: 6.10. No I/O. */

import { search } from "./search.js";

/** @typedef {import("./socket.js").Frame} Frame */
/** @typedef {"asking" | "held" | "confirming" | "refusing"} Step */
/**
 * Whom I have chosen, and how far that is. `until`: milliseconds of the page's clock.
 * @typedef {{userId: number, step: Step, until: number | null}} Chosen
 */
/** @typedef {"faster" | "expired" | "notSent" | "marked" | "refused" | "code"} What */
/**
 * What is to be told to the person: `text` is the service's own, `code` an error frame's.
 * @typedef {{what: What, userId?: number, text?: string, code?: string}} Told
 */
/**
 * @typedef {object} Marking
 * @property {ReadonlyMap<number, number>} list who can be marked, and when they asked
 * @property {Chosen | null} chosen
 * @property {Told | null} told
 * @property {number} marked so many, since the page was opened
 */

/** @type {Marking} */
export const NOBODY = { list: new Map(), chosen: null, told: null, marked: 0 };

const SOMEBODY_WAS_FASTER = new Set(["taken", "not_waiting", "already_marked"]);

/**
 * What is known after a frame.
 * @param {Marking} before
 * @param {Frame} frame
 * @param {number} now milliseconds
 * @returns {Marking}
 */
export function folded(before, frame, now) {
  const params = frame.params ?? {};
  const { chosen, list } = before;
  if (frame.result === "error") return refused(before, params.code ?? "", frame.message);
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
      const until = now + params.expires_in * 1000;
      return { ...before, chosen: { userId: params.user_id, step, until } };
    }
    case "refused":
      return { ...before, chosen: null, told: { what: "refused", ...about(chosen) } };
    case "marked":
      return {
        list: chosen ? without(list, chosen.userId) : list,
        chosen: null,
        told: { what: "marked", text: params.display_msg, ...about(chosen) },
        marked: before.marked + 1,
      };
    case "reservation_expired":
      // Of a confirm on its way its own answer tells
      if (!chosen || chosen.userId !== params.user_id) return before;
      if (chosen.step === "confirming") return before;
      return { ...before, chosen: null, told: { what: "expired", ...about(chosen) } };
    default:
      return before;
  }
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
 * @param {string} code
 * @param {string} text
 * @returns {Marking}
 */
function refused(before, code, text) {
  const { chosen } = before;
  if (chosen?.step === "asking" && SOMEBODY_WAS_FASTER.has(code)) {
    return { ...before, chosen: null, told: { what: "faster", ...about(chosen) } };
  }
  const told = /** @type {const} */ ({ what: "code", code, text, ...about(chosen) });
  const isKept = code === "unavailable" && chosen !== null && chosen.step !== "asking";
  return { ...before, chosen: isKept ? { ...chosen, step: "held" } : null, told };
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
  const isSought = search(part);
  return [...list]
    .filter(([userId]) => isSought(nameOf(userId)))
    .sort(
      ([one, oneAt], [other, otherAt]) =>
        Number(friends.has(other)) - Number(friends.has(one)) || oneAt - otherAt || one - other,
    )
    .map(([userId]) => userId);
}
