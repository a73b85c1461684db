/** The QR code of an event, as large as there is room; over the whole screen for a projector. */

import { codeAddress } from "../api.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { button, sheet } from "../parts.js";
import { linkTo } from "../short.js";
import { t } from "../texts.js";

/** @typedef {import("../api.js").EventShown} EventShown */

/** @param {EventShown} event */
export function code(event) {
  const open = () => project(event);
  const named = { class: "qr-button", "aria-label": t("qr.show"), onclick: open };
  return h(
    "figure",
    { class: "qr card", "data-test": "code" },
    h("button", { type: "button", ...named }, picture(event)),
    h(
      "figcaption",
      {},
      shortAddress(event, "address"),
      button([icon("qr"), t("qr.show")], open, { "data-test": "project" }),
    ),
  );
}

/** @param {EventShown} event */
export const picture = ({ event_id }) =>
  h("img", { class: "code", src: codeAddress(event_id), alt: t("share.code"), width: 320, height: 320 });

/**
 * To be typed by hand: what is the same for all events may stand on a line of its own.
 * @param {EventShown} event
 * @param {string} [test]
 */
export function shortAddress(event, test) {
  const [host = "", ...path] = linkTo(event).replace(/^https?:\/\//, "").split("/");
  const rest = h("strong", {}, `/${path.join("/")}`);
  return h("p", { class: "short", "data-test": test }, host, h("wbr"), rest);
}

/**
 * Over everything, for those who sit at the back.
 * @param {EventShown} event
 */
function project(event) {
  const close = () => dialog.close();
  const dialog = sheet(
    event.name,
    { class: "projected", "data-test": "projected" },
    picture(event),
    shortAddress(event),
    button([icon("close"), t("close")], close, { class: "plain", "data-test": "close-code" }),
  );
  const left = () => {
    if (!document.fullscreenElement) close(); // Escape leaves both
  };
  dialog.addEventListener("close", () => {
    document.removeEventListener("fullscreenchange", left);
    if (document.fullscreenElement) void document.exitFullscreen();
  });
  void whole().then(
    () => document.addEventListener("fullscreenchange", left),
    () => undefined, // not allowed, or unknown: it fills the window
  );
}

async function whole() {
  await document.documentElement.requestFullscreen();
}
