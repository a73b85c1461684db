/**
 * Keeps the page itself for a phone without signal; never what the service answers to calls. A
 * worker keeps one version, whole, and goes on with it until somebody takes the next.
 */

/// <reference lib="webworker" />

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const VERSION = "{{version}}";
const CACHE = `shell-${VERSION}`;
/** @type {string[]} */
const SHELL = JSON.parse(`{{shell}}`);
const PAGE = "/";
const SHORT_ADDRESS = /^\/e(\/|$)/; // where the page is sent, too
const EVENT_META = /<meta name="event" content="([0-9a-f-]{36})">/;
const TIMEOUT_MS = 3000;

worker.addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(SHELL); // all of it or nothing
    if (!isOurs(await cache.match(PAGE))) throw new Error("the page is of another version");
  };
  event.waitUntil(keep());
});

worker.addEventListener("message", (event) => {
  if (event.data === "take over") event.waitUntil(worker.skipWaiting());
});

worker.addEventListener("activate", (event) => {
  const forget = async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("shell-") && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await worker.clients.claim();
  };
  event.waitUntil(forget());
});

worker.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (origin !== worker.location.origin || event.request.method !== "GET") return;
  if (SHORT_ADDRESS.test(pathname)) event.respondWith(eventPage(event.request));
  else if (SHELL.includes(pathname)) event.respondWith(fromCache(event.request));
});

/** @param {Request | string} request */
async function fromCache(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request, { ignoreSearch: true, ignoreVary: true })) ?? fetch(request);
}

/**
 * Whether the service itself answered, in this version, and no proxy.
 * @param {Response | undefined} answer
 */
const isOurs = (answer) =>
  (answer?.headers.get("X-Attendance-Version") ?? "").split("+")[1] === VERSION;

/**
 * The page of one event, about which the service alone knows; what is kept where it says nothing.
 * @param {Request} request
 */
async function eventPage(request) {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), TIMEOUT_MS);
  try {
    const answer = await fetch(request, { signal: timeout.signal });
    if (answer.status >= 500 || !answer.headers.has("X-Attendance-Version")) return fromCache(PAGE);
    if (isOurs(answer)) return answer;
    const [, eventId] = EVENT_META.exec(await answer.clone().text()) ?? [];
    return eventId ? Response.redirect(`${PAGE}#/event/${eventId}`) : answer;
  } catch {
    return fromCache(PAGE);
  } finally {
    clearTimeout(timer);
  }
}
