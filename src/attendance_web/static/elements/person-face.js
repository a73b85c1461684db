/** `<person-face src="...">`: a picture beside a name, which says all there is to say. */

import { h } from "../dom.js";

const NO_PICTURE = "/pictures/default.svg";

export class PersonFace extends HTMLElement {
  static observedAttributes = ["src"];
  #image = h("img", { alt: "", width: 48, height: 48, loading: "lazy", decoding: "async" });

  constructor() {
    super();
    this.#image.addEventListener("error", () => {
      if (this.#image.getAttribute("src") !== NO_PICTURE) this.#image.src = NO_PICTURE;
    });
  }

  connectedCallback() {
    this.replaceChildren(this.#image);
    if (!this.#image.hasAttribute("src")) this.#image.src = NO_PICTURE;
  }

  /**
   * @param {string} _
   * @param {string | null} before
   * @param {string} value
   */
  attributeChangedCallback(_, before, value) {
    if (before !== value) this.#image.src = value;
  }
}

customElements.define("person-face", PersonFace);
