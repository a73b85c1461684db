/** The rows of an event's sheet: numbered by name, put in order, and found among. No I/O. */

import { matcherOf } from "../search.js";
import { language } from "../texts.js";

/** @typedef {import("../api.js").Participant} Participant */
/** @typedef {"number" | "group" | "state" | "at" | "by" | "grade"} Column */
/** @typedef {"all" | "unmarked" | "waiting" | "marked"} Which */
/**
 * What is said of somebody's state: `unmarked` of who can get no mark any more, and `left` of who has
 * lost theirs.
 * @typedef {Participant["state"] | "unmarked"} Said
 */
/**
 * A person on the sheet; the number is theirs in whatever order the sheet is seen.
 * @typedef {Participant & {number: number, by: string, said: Said}} Row
 */
/** @typedef {{column: Column, isDown: boolean}} Order */
/** @typedef {{order: Order, which: Which, part: string}} Wanted */

// A name begins with the surname, as on the list of the group
const BY_NAME = new Intl.Collator(language, { sensitivity: "base", numeric: true });
export const STATE_WORDS = /** @type {const} */ ({
  joined: "state.joined",
  unmarked: "state.unmarked",
  waiting: "state.waiting",
  held: "state.held",
  marked: "state.marked",
  left: "state.left",
});
const STATES = ["left", "unmarked", "joined", "waiting", "held", "marked"];
const GRADES = ["peer", "checked", "organiser"];

/** @type {Record<Which, (row: Participant) => boolean>} */
const PASSES = {
  all: () => true,
  unmarked: ({ state }) => state !== "marked",
  waiting: ({ state }) => state === "waiting" || state === "held",
  marked: ({ state }) => state === "marked",
};

/**
 * @param {Participant} person
 * @param {boolean} isOver
 * @returns {Said}
 */
export function saidOf({ state, annulled }, isOver) {
  if (state !== "joined") return state;
  if (annulled) return "left";
  return isOver ? "unmarked" : "joined";
}

/**
 * By surname; whoever made the event is no participant, unless they act as one.
 * @template {Participant} P
 * @param {readonly P[]} everybody
 * @param {number} creatorId
 * @returns {P[]}
 */
export function listed(everybody, creatorId) {
  return everybody
    .filter((each) => each.user_id !== creatorId || each.state !== "joined")
    .sort((one, two) => last(one) - last(two) || BY_NAME.compare(one.display_name, two.display_name));
}

/** @param {Participant} person whoever has deleted their account is behind all names */
const last = ({ deleted }) => Number(deleted ?? false);

/**
 * @param {readonly Participant[]} everybody
 * @param {{creatorId: number, isOver: boolean}} event
 * @param {(userId: number) => string | undefined} nameOf whoever marks without being on the sheet
 * @returns {Row[]}
 */
export function rowsOf(everybody, { creatorId, isOver }, nameOf) {
  const names = new Map(everybody.map((each) => [each.user_id, each.display_name]));
  const by = (/** @type {number | null} */ id) => (id === null ? "" : (names.get(id) ?? nameOf(id) ?? ""));
  return listed(everybody, creatorId).map((each, at) => ({
    ...each,
    number: at + 1,
    by: by(each.marked_by),
    said: saidOf(each, isOver),
  }));
}

/**
 * How many of each there are, of those who have not left.
 * @param {readonly Participant[]} all
 */
export function countsOf(all) {
  const who = all.filter((each) => each.state !== "left");
  const count = (/** @type {Which} */ which) => who.filter(PASSES[which]).length;
  return { all: who.length, marked: count("marked"), waiting: count("waiting") };
}

/** @type {Record<Column, (row: Row) => number | string | null>} null and nothing come last */
const SORT_VALUES = {
  number: ({ number }) => number,
  group: ({ group }) => group ?? "",
  state: ({ said }) => STATES.indexOf(said),
  at: ({ marked_at }) => marked_at,
  by: ({ by }) => by,
  grade: ({ grade }) => (grade ? GRADES.indexOf(grade) : null),
};

/**
 * Those that are wanted, in the order that is wanted; rows alike in that are by name.
 * @param {readonly Row[]} rows by number
 * @param {Wanted} wanted
 */
export function arranged(rows, { order, which, part }) {
  const isSought = matcherOf(part);
  const sortValue = SORT_VALUES[order.column];
  const found = rows.filter((each) => PASSES[which](each) && isSought(each.display_name));
  const isLast = (/** @type {Row} */ row) => sortValue(row) === null || sortValue(row) === "";
  const compare = (/** @type {Row} */ one, /** @type {Row} */ two) => {
    if (isLast(one) || isLast(two)) return Number(isLast(one)) - Number(isLast(two));
    const [first, second] = order.isDown ? [sortValue(two), sortValue(one)] : [sortValue(one), sortValue(two)];
    if (typeof first === "number" && typeof second === "number") return first - second;
    return BY_NAME.compare(String(first), String(second));
  };
  return found.sort(compare);
}

/**
 * As lines of cells, which a spreadsheet takes as such and a message as text; what a cell begins
 * with makes no formula of it, as in an export. Contract: 8.13
 * @param {readonly (readonly (string | number)[])[]} lines
 */
export const asText = (lines) =>
  lines.map((cells) => cells.map((each) => harmless(String(each))).join("\t")).join("\n");

/** @param {string} cell */
function harmless(cell) {
  const flat = cell.replace(/\s+/g, " ");
  return /^[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(flat) ? `'${flat}` : flat;
}
