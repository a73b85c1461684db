/**
 * Keeps the board itself, for a hall whose network goes away. Nobody sits there to take a new
 * version: the page is asked for first, and all that is open of the one before has been loaded.
 */

/// <reference lib="webworker" />

const boards = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const BOARD_CACHE = "board-{{version}}";
/** @type {string[]} */
const BOARD_FILES = JSON.parse(`{{board}}`);
const BOARD = "/board";
const BOARD_TIMEOUT_MS = 3000;

boards.addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(BOARD_CACHE);
    await cache.addAll(BOARD_FILES); // all of it or nothing
    await boards.skipWaiting();
  };
  event.waitUntil(keep());
});

boards.addEventListener("activate", (event) => {
  const forget = async () => {
    const known = await caches.keys();
    const old = known.filter((name) => name.startsWith("board-") && name !== BOARD_CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await boards.clients.claim();
  };
  event.waitUntil(forget());
});

boards.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (origin !== boards.location.origin || event.request.method !== "GET") return;
  if (event.request.mode === "navigate") event.respondWith(boardPage(event.request));
  else if (BOARD_FILES.includes(pathname)) event.respondWith(keptOfBoard(event.request));
});

/** @param {Request | string} request */
async function keptOfBoard(request) {
  const cache = await caches.open(BOARD_CACHE);
  return (await cache.match(request, { ignoreVary: true })) ?? fetch(request);
}

/**
 * What the service says; the page that is kept where it says nothing, or a proxy speaks for it.
 * @param {Request} request
 */
async function boardPage(request) {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), BOARD_TIMEOUT_MS);
  try {
    const answer = await fetch(request, { signal: timeout.signal });
    if (answer.status < 500 && answer.headers.has("X-Attendance-Version")) return answer;
    return keptOfBoard(BOARD);
  } catch {
    return keptOfBoard(BOARD);
  } finally {
    clearTimeout(timer);
  }
}
