/**
 * `<person-face user="id" name="..." src="...">`: a picture beside a name, which says all there is
 * to say; of somebody who has set none, the initials on a colour that stays theirs.
 */

import { h } from "../dom.js";

const NO_PICTURE = "/pictures/default.svg";
const HUE_COUNT = 8;

/**
 * The first letters of the first two words.
 * @param {string} name
 */
export function initials(name) {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  return words
    .slice(0, 2)
    .map((word) => [...word][0] ?? "")
    .join("")
    .toLocaleUpperCase();
}

export class PersonFace extends HTMLElement {
  static observedAttributes = ["src", "name", "user"];
  #letters = h("span");
  /** @type {HTMLImageElement | null} */
  #image = null;

  connectedCallback() {
    this.setAttribute("aria-hidden", "true");
    if (!this.#letters.isConnected) this.prepend(this.#letters);
    this.#show();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.#show();
  }

  #show() {
    this.dataset.hue = String(Number(this.getAttribute("user")) % HUE_COUNT || 0);
    this.#letters.textContent = initials(this.getAttribute("name") ?? "");
    const src = this.getAttribute("src");
    const hasPicture = !!src && src !== NO_PICTURE;
    if (hasPicture && this.#image?.getAttribute("src") === src) return;
    this.#image?.remove();
    this.#image = null;
    if (hasPicture) this.append((this.#image = this.#picture(src)));
  }

  /** @param {string} src */
  #picture(src) {
    const image = h("img", { alt: "", loading: "lazy", decoding: "async", src });
    image.addEventListener("error", () => image.remove()); // the initials are below it
    return image;
  }
}

customElements.define("person-face", PersonFace);
