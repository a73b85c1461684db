/** The people this page has met: names, faces, ticks, and who is a friend. */

import * as api from "./api.js";
import { matcherOf } from "./search.js";
import { Store } from "./store.js";

/** @typedef {import("./api.js").Person} Person */
/** @typedef {import("./api.js").Named} Named */
/** @typedef {{known: Map<number, Person>, friends: Set<number>}} People */

const MAX_ASKED_AT_ONCE = 4;
const MAX_EVENTS = 3; // of mine whose people are near me

export const people = new Store(
  /** @type {People} */ ({ known: new Map(), friends: new Set() }),
);
/** @type {Map<number, string>} names of those who are near: friends, and people of my events */
const near = new Map();
/** @type {number[]} */
const toAsk = [];
/** @type {Set<number>} */
const asked = new Set();
let asking = 0;

/** @param {readonly Person[]} met */
export function meet(met) {
  if (!met.length) return;
  const { known } = people.value;
  for (const each of met) known.set(each.user_id, each);
  knowNames(met);
  people.set({ known });
}

/** @param {readonly Named[]} named who are near me */
export function knowNames(named) {
  for (const { user_id, display_name } of named) near.set(user_id, display_name);
}

/**
 * Those near me who have a name like this, however short it is: a surname of three letters is too
 * short to be searched for among everybody. By name.
 * @param {string} part
 * @returns {Named[]}
 */
export function findNear(part) {
  const isSought = matcherOf(part);
  return [...near]
    .filter(([, name]) => isSought(name))
    .map(([user_id, display_name]) => ({ user_id, display_name }))
    .sort((one, other) => one.display_name.localeCompare(other.display_name));
}

/** Reads who is near me: my friends, and people of the events that I organise. Raises CallFailed. */
export async function readNear() {
  const latest = { limit: 20, newest_first: true };
  const [, mine] = await Promise.all([readFriends(), api.createdEvents(latest)]);
  const lists = await Promise.all(
    mine.slice(0, MAX_EVENTS).map((each) => api.attendance(each.event_id).catch(() => [])),
  );
  lists.forEach(knowNames);
}

/**
 * Somebody; asked for, once, where they are not known.
 * @param {number} userId
 * @returns {Person | undefined}
 */
export function person(userId) {
  const found = people.value.known.get(userId);
  if (!found && !asked.has(userId)) {
    asked.add(userId);
    toAsk.push(userId);
    void askOn();
  }
  return found;
}

/**
 * Reads whoever of these is not known yet; of whom nothing is to be had stays unknown.
 * @param {readonly number[]} userIds
 */
export async function readPeople(userIds) {
  const unknown = userIds.filter((userId) => !people.value.known.has(userId));
  const found = await Promise.all(unknown.map((userId) => api.profile(userId).catch(() => null)));
  meet(found.flatMap((each) => each ?? []));
}

/**
 * What tells people of one name apart: the first line of what they say of themselves.
 * @param {Person & {bio?: string}} known
 */
export const groupOf = (known) => known.group ?? known.bio?.split("\n")[0] ?? "";

async function askOn() {
  if (asking >= MAX_ASKED_AT_ONCE) return;
  asking += 1;
  for (let next = toAsk.shift(); next !== undefined; next = toAsk.shift()) {
    try {
      meet([await api.profile(next)]);
    } catch {
      asked.delete(next); // to be asked for again when somebody looks
    }
  }
  asking -= 1;
}

/** Reads who my friends are; those who have not accepted yet are none. Raises CallFailed. */
export async function readFriends() {
  const found = await api.friends();
  knowNames(found);
  people.set({ friends: new Set(found.filter((each) => !each.pending).map((each) => each.user_id)) });
  return found;
}
