/** A browser one sets, with a service behind it, for tests of modules that talk to both. */

import { Wire } from "./world.js";

/** @typedef {{path: string, query: URLSearchParams, method: string, headers: Record<string, string>, body: any}} Asked */

/** What a test looks at, and says. */
export const browser = {
  /** @type {Asked[]} */
  asked: [],
  /** @type {Record<string, (asked: Asked) => unknown>} what a call is answered, by its name */
  answers: {},
  /** @type {Record<string, string>} */
  headers: {},
  isDown: false,
  /** @type {(Wire & {address: string})[]} */
  wires: [],
  reloadCount: 0,
  /** @type {string} */
  visibility: "visible",
};

class Target extends EventTarget {}

class FakeSocket extends Wire {
  /** @param {string} address */
  constructor(address) {
    super();
    this.address = address;
    browser.wires.push(this);
  }
}

class FakeRequest {
  upload = { onprogress: () => {} };
  responseText = "";
  responseType = "";
  /** @type {(() => void) | undefined} */
  onload;
  /** @type {(() => void) | undefined} */
  onerror;
  /** @type {(() => void) | undefined} */
  onabort;
  /** @type {(() => void) | undefined} */
  onloadend;
  /** @type {Record<string, string>} */
  #headers = {};
  #method = "";
  #path = "";

  /** @param {string} method @param {string} path */
  open(method, path) {
    this.#method = method;
    this.#path = path;
  }

  /** @param {string} name @param {string} value */
  setRequestHeader(name, value) {
    this.#headers[name] = value;
  }

  /** @param {string} name */
  getResponseHeader(name) {
    return browser.headers[name] ?? null;
  }

  /** @param {string | null} body */
  send(body) {
    const { pathname, searchParams } = new URL(this.#path, "http://a.test");
    const asked = {
      path: pathname,
      query: searchParams,
      method: this.#method,
      headers: this.#headers,
      body: body === null ? null : JSON.parse(body),
    };
    browser.asked.push(asked);
    setImmediate(() => {
      if (browser.isDown) {
        this.onerror?.();
      } else {
        const name = pathname.split("/").filter(Boolean).at(-1) ?? "";
        const said = browser.answers[name]?.(asked) ?? {};
        const isEnvelope = typeof said === "object" && said !== null && "error" in said;
        const envelope = isEnvelope ? said : { error: 0, error_msg: "", response: said };
        this.responseText = typeof said === "string" ? said : JSON.stringify(envelope);
        this.onload?.();
      }
      this.onloadend?.();
    });
  }

  /** What a page that asks for a file has of it. */
  get response() {
    return new Blob([this.responseText]);
  }

  abort() {
    this.onabort?.();
    this.onloadend?.();
  }
}

/** @returns {Storage} */
function storage() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return /** @type {Storage} */ (
    /** @type {unknown} */ ({
      getItem: (/** @type {string} */ name) => kept.get(name) ?? null,
      setItem: (/** @type {string} */ name, /** @type {string} */ value) => kept.set(name, value),
      removeItem: (/** @type {string} */ name) => kept.delete(name),
      clear: () => kept.clear(),
    })
  );
}

const document = Object.assign(new Target(), { cookie: "csrftoken=token" });
Object.defineProperty(document, "visibilityState", { get: () => browser.visibility });
const window = Object.assign(new Target(), {
  setTimeout: (/** @type {() => void} */ then, /** @type {number} */ after) => setTimeout(then, after),
  setInterval: (/** @type {() => void} */ then, /** @type {number} */ every) =>
    setInterval(then, every),
});
Object.assign(globalThis, {
  document,
  window,
  localStorage: storage(),
  sessionStorage: storage(),
  WebSocket: FakeSocket,
  XMLHttpRequest: FakeRequest,
  location: {
    protocol: "http:",
    host: "a.test",
    hash: "",
    reload: () => (browser.reloadCount += 1),
  },
  history: {
    replaceState: (/** @type {unknown} */ _, /** @type {string} */ __, /** @type {string} */ to) => {
      location.hash = to;
    },
  },
  requestAnimationFrame: (/** @type {() => void} */ then) => setImmediate(then),
});
Object.defineProperty(globalThis, "navigator", {
  value: { onLine: true, languages: ["en-GB"] },
  configurable: true,
});

/** @param {string} value says how much of the page is seen */
export function changeVisibility(value) {
  browser.visibility = value;
  document.dispatchEvent(new Event("visibilitychange"));
}

/** Waits until all that was asked is answered, and what follows from it is asked and answered. */
export async function settled() {
  for (let turns = 0; turns < 20; turns += 1) await new Promise((then) => setImmediate(then));
}

/** The socket that was opened last. */
export function wire() {
  const last = browser.wires.at(-1);
  if (!last) throw new Error("nothing was opened");
  return last;
}
