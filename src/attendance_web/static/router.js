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

/** The path behind the `#`. */
export function here() {
  return location.hash.replace(/^#/, "") || "/";
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
