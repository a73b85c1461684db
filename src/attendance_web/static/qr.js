/** The way to an event as one sees it on a wall: its QR code, and its address to be typed by hand. */

import { qrCodeAddress } from "./api.js";
import { h } from "./dom.js";
import { linkTo } from "./short.js";
import { t } from "./texts.js";

/** @typedef {import("./api.js").Event} Event */

/** @param {{event_id: string}} event */
export const qrPicture = ({ event_id }) =>
  h("img", { class: "code", src: qrCodeAddress(event_id), alt: t("share.code"), width: 320, height: 320 });

/**
 * To be typed by hand: what is the same for all events may stand on a line of its own.
 * @param {Event} event
 * @param {string} [test]
 */
export function shortAddress(event, test) {
  const [host = "", ...path] = linkTo(event).replace(/^https?:\/\//, "").split("/");
  const rest = h("strong", {}, `/${path.join("/")}`);
  return h("p", { class: "short", "data-test": test }, host, h("wbr"), rest);
}
