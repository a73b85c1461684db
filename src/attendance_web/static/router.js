/** Where one is: what stands behind the `#` of the address. */

/**
 * `isWide`: it uses all of a desk.
 * @typedef {{view: HTMLElement, title: string, tab?: string, isWide?: boolean, leave?: () => void}} Screen
 */
/** @typedef {(...parts: string[]) => Screen} ScreenOf */

/** @type {{pattern: RegExp, load: () => Promise<ScreenOf>}[]} */
const routes = [];

/**
 * @param {RegExp} pattern its groups are given to the screen
 * @param {() => Promise<ScreenOf>} load brings the screen's module, at once where it is here
 */
export function route(pattern, load) {
  routes.push({ pattern, load });
}

/**
 * The screen of the address, to be made once its module is here; none for an unknown address.
 * @returns {Promise<(() => Screen) | null>} raises where the module cannot be loaded
 */
export async function screenHere() {
  for (const { pattern, load } of routes) {
    const found = pattern.exec(here());
    if (!found) continue;
    const screen = await load();
    return () => screen(...found.slice(1).map((each) => each.toLowerCase()));
  }
  return null;
}

/** Brings the modules of all screens, so that none is missed when the signal is gone. */
export async function loadAll() {
  for (const { load } of routes) await load().catch(() => undefined);
}

/**
 * A path as it was meant, without what a messenger or a sentence has put behind the link.
 * @param {string} path as it stands in the address
 */
export function meant(path) {
  const plain = path.split(/[?&#]/)[0] ?? "";
  return plain.replace(/(?:%[0-9a-f]{2}|[^\p{L}\p{N}])+$/iu, "") || "/";
}

/** The path behind the `#`. */
export function here() {
  return meant(location.hash.replace(/^#/, ""));
}

/** @param {string} path */
export function go(path) {
  location.hash = path;
}

/**
 * Takes the place of where one is: "back" does not return here.
 * @param {string} path
 */
export function goInstead(path) {
  location.replace(`#${path}`);
}

/**
 * A dialog over a screen has an entry of its own in the history, so that "back" is about the dialog
 * and not about the screen under it.
 */
export class DialogEntry {
  #onBack;
  #isOpen = false;
  #listen = () => this.#went();

  /**
   * @param {() => void} onBack one wants to go back: it is still open, and may be closed, or ask
   */
  constructor(onBack) {
    this.#onBack = onBack;
  }

  /** The dialog is seen. */
  open() {
    if (this.#isOpen) return;
    this.#isOpen = true;
    if (!history.state?.dialog) history.pushState({ dialog: true }, ""); // there after a reload
    window.addEventListener("popstate", this.#listen);
  }

  /** The dialog is gone; where one has not gone on meanwhile its entry is, too. */
  close() {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    window.removeEventListener("popstate", this.#listen);
    if (history.state?.dialog) history.back();
  }

  #went() {
    if (history.state?.dialog) return;
    history.pushState({ dialog: true }, ""); // until it is closed
    this.#onBack();
  }
}
