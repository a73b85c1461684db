/** The people this page has met: names, faces, ticks, and who is a friend. */

import * as api from "./api.js";
import { Store } from "./store.js";

/** @typedef {import("./api.js").Person} Person */
/** @typedef {{known: Map<number, Person>, friends: Set<number>}} People */

const ASKED_AT_ONCE = 4;

export const people = new Store(
  /** @type {People} */ ({ known: new Map(), friends: new Set() }),
);
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
  people.set({ known });
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
 * What tells people of one name apart: the first line of what they say of themselves.
 * @param {Person & {bio?: string}} known
 */
export const groupOf = (known) => known.group ?? known.bio?.split("\n")[0] ?? "";

async function askOn() {
  if (asking >= ASKED_AT_ONCE) return;
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
  people.set({ friends: new Set(found.filter((each) => !each.pending).map((each) => each.user_id)) });
  return found;
}

/** Another person logs in. */
export function forgetEverybody() {
  asked.clear();
  toAsk.length = 0;
  people.set({ known: new Map(), friends: new Set() });
}
