/** The QR code of an event, as large as there is room; over the whole screen for a projector. */

import { boardAddress } from "../api.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { button, openDialog } from "../parts.js";
import { qrPicture, shortAddress } from "../qr.js";
import { t } from "../texts.js";

/** @typedef {import("../api.js").EventShown} EventShown */

/** @param {EventShown} event */
export function qrCode(event) {
  const open = () => project(event);
  const named = { class: "qr-button", "aria-label": t("qr.show"), onclick: open };
  return h(
    "figure",
    { class: "qr card", "data-test": "code" },
    h("button", { type: "button", ...named }, qrPicture(event)),
    h(
      "figcaption",
      {},
      shortAddress(event, "address"),
      h(
        "div",
        { class: "choices" },
        button([icon("qr"), t("qr.show")], open, { "data-test": "project" }),
        board(event),
      ),
    ),
  );
}

/**
 * The way to the board, in a tab of its own: that goes onto another screen.
 * @param {EventShown} event
 */
function board({ event_id }) {
  const given = { class: "button", href: boardAddress(event_id), target: "_blank", rel: "noopener" };
  return h("a", { ...given, "data-test": "board" }, icon("board"), t("board.open"));
}

/**
 * Over everything, for those who sit at the back.
 * @param {EventShown} event
 */
function project(event) {
  const close = () => dialog.close();
  const dialog = openDialog(
    event.name,
    { class: "projected", "data-test": "projected" },
    qrPicture(event),
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
  void fillScreen().then(
    () => document.addEventListener("fullscreenchange", left),
    () => undefined, // not allowed, or unknown: it fills the window
  );
}

async function fillScreen() {
  await document.documentElement.requestFullscreen();
}
