/** What is taken away of a sheet: a file, a text to be pasted, a page of paper. */

import * as api from "../api.js";
import { h } from "../dom.js";
import { tell } from "../notices.js";
import { button, choose, openDialog } from "../parts.js";
import { save } from "../saving.js";
import { t, textOf } from "../texts.js";
import { labelOf } from "./finding.js";
import { CELLS, TEXTS } from "./row.js";
import { asText } from "./rows.js";
import { WORDS } from "./words.js";

/**
 * The sheet as a file, in the two ways that one opens such a list. Contract: 8.13.
 * @param {string} eventId
 */
export function download(eventId) {
  const take = async (/** @type {"xlsx" | "csv"} */ format) =>
    save(await api.exportAttendance(eventId, format));
  choose(
    t("attendance.download"),
    { label: t("attendance.xlsx"), drawing: "sheet", work: () => take("xlsx"), test: "xlsx" },
    { label: t("attendance.csv"), drawing: "my-events", work: () => take("csv"), test: "csv" },
  );
}

/**
 * What is seen, as lines of cells; where a browser does not let us, to be copied by hand.
 * @param {readonly import("./rows.js").Row[]} rows
 */
export async function copyList(rows) {
  const heads = [textOf(WORDS.number), labelOf("number"), ...CELLS.map(labelOf)];
  const lines = rows.map((row) => [row.number, row.display_name, ...CELLS.map((each) => TEXTS[each](row))]);
  const text = asText([heads, ...lines]);
  try {
    await navigator.clipboard.writeText(text);
    tell(textOf(WORDS.copied));
  } catch {
    const shown = h("textarea", { readonly: true, rows: 8, "aria-label": textOf(WORDS.toCopy) });
    shown.value = text;
    const close = button(t("close"), () => dialog.close(), { class: "plain" });
    const dialog = openDialog(textOf(WORDS.toCopy), {}, shown, h("div", { class: "choices" }, close));
    shown.focus();
    shown.select();
  }
}
