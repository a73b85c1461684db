/** Who uses the page. */

import * as api from "./api.js";
import { Store } from "./store.js";

/** @typedef {{userId: number | null, isKnown: boolean}} Session */

/** `isKnown` is false until the service has said who it is. */
export const session = new Store(/** @type {Session} */ ({ userId: null, isKnown: false }));

/** Asks the service; raises CallFailed. */
export async function recognise() {
  session.set({ userId: await api.currentUser(), isKnown: true });
}

/** @param {number | null} userId */
export function entered(userId) {
  session.set({ userId, isKnown: true });
}
