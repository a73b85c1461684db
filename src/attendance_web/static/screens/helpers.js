/** Who helps in an event: named and taken back by whoever made it. Contract: 8.5. */

import * as api from "../api.js";
import { h, refill } from "../dom.js";
import { button, face, loaded, rows, openDialog } from "../parts.js";
import { t } from "../texts.js";
import { personSearch } from "./person-search.js";

/** @param {api.EventShown} event */
export function openHelpers({ event_id }) {
  const list = loaded({ "data-test": "helpers" }, async () => {
    const all = await api.helpers(event_id);
    if (!all.length) return [h("p", { class: "none" }, t("helpers.none"))];
    return [rows({}, ...all.map(helping))];
  });
  /** @param {api.Named} each */
  function helping(each) {
    const remove = async () => {
      await api.removeHelper(event_id, each.user_id);
      await list.again();
      search.field.focus(); // the button is gone
    };
    const test = `remove-${each.user_id}`;
    return row(each, button(t("helpers.remove"), remove, { class: "plain", "data-test": test }));
  }
  /** @param {api.Named} each @param {string} [apart] */
  function found(each, apart) {
    const add = async () => {
      await api.addHelper(event_id, each.user_id);
      search.field.value = "";
      refill(search.found);
      await list.again();
      search.field.focus();
    };
    return row(each, button(t("helpers.add"), add, { "data-test": `add-${each.user_id}` }), apart);
  }
  const search = personSearch(found);
  const dialog = openDialog(
    t("helpers"),
    { "data-test": "helping" },
    h("p", {}, t("helpers.help")),
    search.field,
    search.found,
    list.view,
    h("div", { class: "choices" }, button(t("close"), () => dialog.close(), { class: "plain" })),
  );
  dialog.addEventListener("close", search.leave);
}

/**
 * Somebody who was found, with what can be done with them.
 * @param {api.Named} each
 * @param {HTMLElement} act
 * @param {string} [apart] from those of the same name
 */
export function row(each, act, apart) {
  const name = h("span", { class: "name" }, each.display_name, apart && h("small", {}, apart));
  return h("div", { class: "row" }, face(each), name, act);
}
