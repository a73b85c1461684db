/** Making and mending what is seen. */

/** @typedef {Node | string | null | false | undefined} Child */

/**
 * An element with attributes, listeners (`onclick` and the like) and children.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown>} [given] what is undefined, null or false is left out
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") {
      made.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else {
      made.setAttribute(name, value === true ? "" : String(value));
    }
  }
  fill(made, ...children);
  return made;
}

/**
 * Appends what there is to append.
 * @param {ParentNode} parent
 * @param {...Child} children
 */
export function fill(parent, ...children) {
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) parent.append(child);
  }
}

/**
 * Puts these children in place of the ones before.
 * @param {ParentNode} parent
 * @param {...Child} children
 */
export function refill(parent, ...children) {
  parent.replaceChildren();
  fill(parent, ...children);
}

/**
 * Changes the text where it differs, so that a live region does not speak again.
 * @param {Node} node
 * @param {string} text
 */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * A list whose items are kept by key: one that stays is neither made anew nor loses its focus.
 * @template T
 */
export class KeyedList {
  /** @type {Map<number | string, HTMLElement>} */
  #items = new Map();
  #parent;
  #keyOf;
  #make;
  #mend;

  /**
   * @param {HTMLElement} parent
   * @param {(each: T) => number | string} keyOf
   * @param {(each: T) => HTMLElement} make
   * @param {(item: HTMLElement, each: T) => void} [mend] brings an item that stays up to date
   */
  constructor(parent, keyOf, make, mend = () => undefined) {
    this.#parent = parent;
    this.#keyOf = keyOf;
    this.#make = make;
    this.#mend = mend;
  }

  /** @param {readonly T[]} wanted in the order to be seen */
  show(wanted) {
    const keys = new Set(wanted.map(this.#keyOf));
    for (const [key, item] of this.#items) {
      if (keys.has(key)) continue;
      item.remove();
      this.#items.delete(key);
    }
    /** @type {Element | null} */
    let next = this.#parent.firstElementChild;
    for (const each of wanted) {
      const key = this.#keyOf(each);
      let item = this.#items.get(key);
      if (item) {
        this.#mend(item, each);
      } else {
        item = this.#make(each);
        this.#items.set(key, item);
      }
      if (item === next) next = item.nextElementSibling;
      else this.#parent.insertBefore(item, next);
    }
  }
}
