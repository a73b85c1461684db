/** What this browser keeps for us, where it lets us; where it does not, until the page is left. */

class Keeper {
  /** @type {Storage | null} */
  #storage = null;
  /** @type {Map<string, string>} */
  #own = new Map();

  /** @param {() => Storage} find raises where storage is blocked, or there is none */
  constructor(find) {
    try {
      this.#storage = find();
    } catch {
      this.#storage = null;
    }
  }

  /**
   * @param {string} name
   * @returns {string | null}
   */
  getText(name) {
    try {
      return this.#own.get(name) ?? this.#storage?.getItem(name) ?? null;
    } catch {
      return null;
    }
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  setText(name, value) {
    try {
      if (!this.#storage) throw new Error("nothing is kept here");
      this.#storage.setItem(name, value);
      this.#own.delete(name);
    } catch {
      this.#own.set(name, value); // blocked, or full
    }
  }

  /** @param {string} name */
  remove(name) {
    this.#own.delete(name);
    try {
      this.#storage?.removeItem(name);
    } catch {
      // blocked: it was never kept
    }
  }

  clear() {
    this.#own.clear();
    try {
      this.#storage?.clear();
    } catch {
      // blocked: nothing was kept
    }
  }

  /**
   * @param {string} name
   * @returns {any} null where nothing is kept, or what somebody else has written there
   */
  readJson(name) {
    try {
      return JSON.parse(this.getText(name) ?? "null");
    } catch {
      return null;
    }
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  writeJson(name, value) {
    this.setText(name, JSON.stringify(value));
  }
}

/** For all tabs, until it is removed. */
export const kept = new Keeper(() => localStorage);
/** For this tab, also when the page is loaded anew. */
export const keptHere = new Keeper(() => sessionStorage);
