/**
 * Short addresses: `/e/<code>`. The service sends the page for one and says in it which event it is
 * of; here one goes on behind the `#`, where every screen is. Contract: 8.10.
 */

import { meant } from "./router.js";

const SHORT_ADDRESS = /^\/e(?:\/(.*?))?\/?$/;

/** What the service has said there is no event of. */
const unknown = new Set();

/**
 * Where a short address leads.
 * @param {string} pathname
 * @param {string} hash goes on as it is where it names a screen
 * @param {string | undefined} eventId none where the service has not said it, "" where there is none
 * @returns {string | null} the whole address; null for any other than a short one
 */
export function leadsTo(pathname, hash, eventId) {
  const found = SHORT_ADDRESS.exec(pathname);
  if (!found) return null;
  if (hash.startsWith("#/")) return `/${hash}`;
  if (eventId) return `/#/event/${eventId}`;
  const code = (found[1] ?? "").toLowerCase();
  if (eventId === "") unknown.add(meant(code));
  return `/#/e/${code}`;
}

/** Goes on from a short address, so that "back" does not return to it. */
export function goOn() {
  /** @type {HTMLMetaElement | null} */
  const said = document.querySelector('meta[name="event"]');
  const to = leadsTo(location.pathname, location.hash, said?.content);
  if (to !== null) history.replaceState(null, "", to);
}

/** @param {string} code in lower case */
export const isUnknown = (code) => unknown.has(meant(code));

/**
 * The link to an event; a service of before says no code.
 * @param {{event_id: string, code?: string}} event
 */
export function linkTo({ event_id, code }) {
  return code ? `${location.origin}/e/${code}` : `${location.origin}/#/event/${event_id}`;
}
