/** What goes on for as long as a screen, or a part of one, is seen. */

/** Ends all of it with one word: watchers, intervals, timers. */
export class Life {
  /** @type {Set<() => void>} */
  #endings = new Set();
  #isOver = false;

  /**
   * Does this at the end, or at once where that was already.
   * @param {() => void} ending
   */
  add(ending) {
    if (this.#isOver) ending();
    else this.#endings.add(ending);
  }

  /**
   * Watches a store, which tells at once how it is.
   * @template {object} T
   * @param {import("./store.js").Store<T>} store
   * @param {(value: T) => void} watcher
   */
  watch(store, watcher) {
    if (!this.#isOver) this.add(store.watch(watcher));
  }

  /**
   * Hears an event of the page's.
   * @param {EventTarget} target
   * @param {string} name
   * @param {() => void} listener
   */
  listen(target, name, listener) {
    if (this.#isOver) return;
    target.addEventListener(name, listener);
    this.add(() => target.removeEventListener(name, listener));
  }

  /**
   * Does this every so often while the page is seen.
   * @param {number} milliseconds
   * @param {() => void} work
   */
  every(milliseconds, work) {
    if (this.#isOver) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") work();
    }, milliseconds);
    this.add(() => clearInterval(timer));
  }

  /** A part of it that can end sooner, like what a list shows until it is read again. */
  part() {
    const made = new Life();
    const ending = () => made.end();
    this.add(ending);
    made.add(() => this.#endings.delete(ending));
    return made;
  }

  end() {
    this.#isOver = true;
    for (const ending of this.#endings) ending();
    this.#endings.clear();
  }
}

/** @typedef {HTMLElement & {refresh: () => void}} Refreshed says something else as time goes by */

/** One timer for all elements of a kind that are seen. */
export class Refreshing {
  /** @type {Set<Refreshed>} */
  #seen = new Set();
  #timer = 0;
  #every;

  /** @param {number} every milliseconds */
  constructor(every) {
    this.#every = every;
  }

  /** @param {Refreshed} element that is seen from now on */
  begin(element) {
    this.#seen.add(element);
    this.#timer ||= window.setInterval(() => this.#seen.forEach((each) => each.refresh()), this.#every);
    element.refresh();
  }

  /** @param {Refreshed} element */
  end(element) {
    this.#seen.delete(element);
    if (this.#seen.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = 0;
  }
}
