/** Somebody who is not on the sheet, as whoever has no phone: looked for, and marked by hand. */

import * as api from "../api.js";
import { h } from "../dom.js";
import { tell } from "../notices.js";
import { button, openDialog } from "../parts.js";
import { row } from "../screens/helpers.js";
import { personSearch } from "../screens/person-search.js";
import { t, textOf } from "../texts.js";
import { WORDS } from "./words.js";

/**
 * @param {string} eventId
 * @param {(who: api.Named, n: number) => void} did
 */
export function addPerson(eventId, did) {
  /** @param {api.Named} each @param {string} [apart] */
  const found = (each, apart) => {
    const mark = async () => {
      const { n } = await api.markParticipant(eventId, each.user_id);
      did(each, n);
      dialog.close();
      tell(t("told.marked", { name: each.display_name, text: "" }).trim());
    };
    return row(each, button(t("mark.take"), mark, { "data-test": `mark-${each.user_id}` }), apart);
  };
  const search = personSearch(found);
  const close = button(t("close"), () => dialog.close(), { class: "plain" });
  const dialog = openDialog(
    textOf(WORDS.add),
    { "data-test": "adding" },
    search.field,
    search.found,
    h("div", { class: "choices" }, close),
  );
  dialog.addEventListener("close", search.leave);
}
