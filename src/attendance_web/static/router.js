/** Where one is: what stands behind the `#` of the address. */

/** @typedef {{view: HTMLElement, title: string, tab?: string, leave?: () => void}} Screen */
/** @typedef {(...parts: string[]) => Screen} ScreenOf */

/** @type {[RegExp, ScreenOf][]} */
const routes = [];

/**
 * @param {RegExp} pattern its groups are given to the screen
 * @param {ScreenOf} screen
 */
export function route(pattern, screen) {
  routes.push([pattern, screen]);
}

/** @returns {Screen | null} the screen of the address, or none */
export function screenHere() {
  for (const [pattern, screen] of routes) {
    const found = pattern.exec(here());
    if (found) return screen(...found.slice(1).map((each) => each.toLowerCase()));
  }
  return null;
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
