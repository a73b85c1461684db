/** A scan to look at: closer, further, and turned. */

import { h } from "../dom.js";
import { button } from "../parts.js";
import { textOf } from "../texts.js";
import { WORDS } from "./words.js";

const CLOSER = 1.5;
const CLOSEST = 8;
const QUARTER = 90;

/**
 * @param {string} path
 * @param {string} name whose it is
 */
export function image(path, name) {
  let zoom = 1;
  let turned = 0;
  const picture = h("img", { src: path, alt: textOf(WORDS.image, { name }), draggable: "false" });
  const missing = h("p", { class: "bad", role: "alert", hidden: true }, textOf(WORDS.noImage));
  const place = h("div", { class: "scan-size" }, picture);
  const frame = h("div", { class: "scan-frame", tabindex: 0, "data-test": "scan-frame" }, place);
  picture.onerror = () => (missing.hidden = false);
  /** @param {number} by */
  const zoomBy = (by) => {
    zoom = Math.min(CLOSEST, Math.max(1, zoom * by));
    place.style.setProperty("--zoom", String(zoom));
    frame.scrollLeft = (frame.scrollWidth - frame.clientWidth) / 2;
    frame.scrollTop = (frame.scrollHeight - frame.clientHeight) / 2;
  };
  const closer = () => zoomBy(CLOSER);
  const further = () => zoomBy(1 / CLOSER);
  const rotate = () => {
    turned += QUARTER;
    picture.style.setProperty("--turned", `${turned}deg`);
  };
  const view = h(
    "div",
    { class: "scan-image" },
    frame,
    missing,
    h(
      "div",
      { class: "choices" },
      button(textOf(WORDS.closer), closer, { class: "plain", "data-test": "closer" }),
      button(textOf(WORDS.further), further, { class: "plain", "data-test": "further" }),
      button(textOf(WORDS.turn), rotate, { class: "plain", "data-test": "turn" }),
    ),
  );
  return { view, closer, further, rotate };
}
