/** What a screen is rendered from. */

/**
 * Before the next picture where one can be seen, else in a moment: a hidden page draws none.
 * @param {() => void} then
 */
function soon(then) {
  if (document.visibilityState === "visible") requestAnimationFrame(then);
  else setTimeout(then, 100);
}

/**
 * One value that is replaced, and those who watch it. However often it changes within a moment,
 * they are told once.
 * @template {object} T
 */
export class Store {
  /** @type {T} */
  #value;
  /** @type {Set<(value: T) => void>} */
  #watchers = new Set();
  #schedule;
  #isDue = false;

  /**
   * @param {T} value
   * @param {(then: () => void) => void} [schedule]
   */
  constructor(value, schedule = soon) {
    this.#value = value;
    this.#schedule = schedule;
  }

  get value() {
    return this.#value;
  }

  /** For a test of what is left behind. */
  get watcherCount() {
    return this.#watchers.size;
  }

  /** @param {Partial<T>} change */
  set(change) {
    this.#value = { ...this.#value, ...change };
    if (this.#isDue) return;
    this.#isDue = true;
    this.#schedule(() => {
      this.#isDue = false;
      for (const watcher of this.#watchers) watcher(this.#value);
    });
  }

  /**
   * Tells the watcher now and at every change.
   * @param {(value: T) => void} watcher
   * @returns {() => void} ends that
   */
  watch(watcher) {
    this.#watchers.add(watcher);
    watcher(this.#value);
    return () => this.#watchers.delete(watcher);
  }
}
