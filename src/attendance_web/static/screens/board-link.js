/** The link to an event's board, for a screen where nobody logs in. Contract: MakeBoardLink. */

import * as api from "../api.js";
import { h, refill } from "../dom.js";
import { tell } from "../notices.js";
import { button, openDialog } from "../parts.js";
import { t } from "../texts.js";
import { toCopy } from "./share.js";

/**
 * One that was made before is not known any more, and another ends it: so none is made unasked.
 * @param {api.EventShown} event
 */
export function openBoardLink({ event_id }) {
  const place = h("div", { class: "choices" });
  const make = async () => {
    const { shown, copy } = toCopy(location.origin + (await api.makeBoardLink(event_id)), t("board.link"));
    refill(place, shown, button(t("share.copy"), copy, { class: "main", "data-test": "copy" }));
    shown.focus();
  };
  const end = async () => {
    await api.removeBoardLink(event_id);
    place.replaceChildren();
    tell(t("board.link.ended"));
  };
  const dialog = openDialog(
    t("board.link"),
    { class: "board-link", "data-test": "board-link" },
    h("p", {}, t("board.link.help")),
    place,
    h(
      "div",
      { class: "choices" },
      button(t("board.link.make"), make, { "data-test": "make-board-link" }),
      button(t("board.link.end"), end, { class: "plain", "data-test": "end-board-link" }),
      button(t("close"), () => dialog.close(), { class: "plain", "data-test": "close" }),
    ),
  );
}
