/** Keeps the page itself for a phone without signal; never what the service answers to calls. */

/// <reference lib="webworker" />

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const KEPT = "shell-{{version}}";
/** @type {string[]} */
const SHELL = JSON.parse(`{{shell}}`);
const PAGE = "/";
const SHORT = /^\/e(\/|$)/; // where the page is sent, too

worker.addEventListener("install", (event) => {
  const keep = async () => (await caches.open(KEPT)).addAll(SHELL);
  event.waitUntil(keep().then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  const forget = async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("shell-") && name !== KEPT);
    await Promise.all(old.map((name) => caches.delete(name)));
    await worker.clients.claim();
  };
  event.waitUntil(forget());
});

worker.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (origin !== worker.location.origin || event.request.method !== "GET") return;
  if (pathname === PAGE || SHORT.test(pathname)) event.respondWith(page(event.request));
  else if (SHELL.includes(pathname)) event.respondWith(kept(event.request));
});

/**
 * The newest there is; the one that was kept where nobody answers in time.
 * @param {Request} request
 */
async function page(request) {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(3000) });
  } catch {
    return (await caches.match(PAGE)) ?? (await fetch(request));
  }
}

/** @param {Request} request */
async function kept(request) {
  return (await caches.match(request, { ignoreSearch: true })) ?? (await fetch(request));
}
