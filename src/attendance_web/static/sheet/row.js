/** One person on the sheet: a line of cells on a desk, folded on a phone. */

import { h, say } from "../dom.js";
import { tick } from "../parts.js";
import { t, textOf } from "../texts.js";
import { clock, day } from "../times.js";
import { STATE_WORDS } from "./rows.js";
import { WORDS } from "./words.js";

/** @typedef {import("./rows.js").Row} Row */
/** @typedef {import("./rows.js").Column} Column */
/** @typedef {import("./by-hand.js").Chosen} Chosen */
/**
 * What a row shows; a list of hundreds mends only those of which something else is to be shown.
 * @typedef {{row: Row, chosen: Chosen | undefined, canChoose: boolean}} Shown
 */

export const GRADES = { organiser: WORDS.organiser, checked: WORDS.checked, peer: WORDS.peer };
/** @type {readonly Column[]} all but the number, which stands before the name */
export const CELLS = ["group", "state", "at", "by", "grade"];

/**
 * What stands in a cell.
 * @type {Record<Column, (row: Row) => string>}
 */
export const TEXTS = {
  number: ({ number }) => String(number),
  group: ({ group }) => group ?? "",
  state: ({ said }) => t(STATE_WORDS[said]),
  at: ({ marked_at: at }) => (at === null ? "" : clock(at)),
  by: ({ by }) => by,
  grade: ({ grade }) => (grade ? textOf(GRADES[grade]) : ""),
};

/** @type {WeakMap<HTMLElement, string>} */
const shown = new WeakMap();

/**
 * @param {Row} row
 * @param {(isChosen: boolean) => void} choose
 * @param {() => void} open
 */
export function makeRow({ user_id, display_name }, choose, open) {
  const box = h("input", {
    type: "checkbox",
    "aria-label": textOf(WORDS.choose, { name: display_name }),
    "data-test": `choose-${user_id}`,
    onchange: () => choose(box.checked),
  });
  const name = h("span", { class: "name" }, h("span"), h("span", { class: "signs" }));
  name.append(h("small", { class: "folded" }), h("small", { class: "said" }));
  return h(
    "tr",
    { role: "row", "data-test": "row" },
    h("td", { role: "cell", class: "pick" }, h("label", {}, box)),
    h("td", { role: "cell", class: "number" }),
    h(
      "th",
      { role: "rowheader", scope: "row" },
      h("button", { type: "button", class: "row", onclick: open, "data-test": `open-${user_id}` }, name),
    ),
    ...CELLS.map((each) => h("td", { role: "cell", class: `of-${each}` })),
    h("td", { role: "cell", class: "signed" }),
  );
}

/**
 * @param {HTMLElement} item
 * @param {Shown} is
 */
export function mendRow(item, { row, chosen, canChoose }) {
  const now = JSON.stringify([row, chosen, canChoose]);
  if (shown.get(item) === now) return;
  shown.set(item, now);
  const at = (/** @type {string} */ what) => /** @type {HTMLElement} */ (item.querySelector(what));
  const box = /** @type {HTMLInputElement} */ (at("input"));
  box.checked = chosen !== undefined;
  box.disabled = chosen?.step === "sending";
  box.hidden = !canChoose;
  item.dataset.state = row.state;
  item.toggleAttribute("data-annulled", row.said === "left");
  item.toggleAttribute("data-chosen", chosen !== undefined);
  say(at(".number"), TEXTS.number(row));
  say(at(".name > :first-child"), row.display_name);
  at(".signs").replaceChildren(...(row.confirmed ? [" ", tick()] : []));
  say(at(".folded"), [TEXTS.group(row), TEXTS.grade(row)].filter(Boolean).join(" · "));
  const said = at(".said");
  said.classList.toggle("bad", chosen?.step === "failed");
  said.dataset.state = TEXTS.state(row); // which has no column of its own on paper
  say(said, beside(row, chosen));
  for (const each of CELLS) say(at(`.of-${each}`), TEXTS[each](row));
}

/**
 * @param {Row} row
 * @param {Chosen | undefined} chosen
 */
function beside(row, chosen) {
  if (chosen?.step === "sending") return textOf(WORDS.marking);
  if (chosen?.text) return chosen.text;
  if (row.annulled && row.state !== "marked") return undone(row.annulled, row.said === "left");
  return row.marked_as ? textOf(WORDS.markedAs, { name: row.marked_as }) : "";
}

/**
 * Why their mark stands no more, and since when.
 * @param {import("../api.js").Annulled} annulled
 * @param {boolean} isSaid that it does not
 */
function undone({ reason, note, at }, isSaid) {
  const facts = [!isSaid && textOf(WORDS.wasAnnulled), reasonText(reason), note, `${day(at)}, ${clock(at)}`];
  return facts.filter(Boolean).join(" · ");
}

/** @param {import("../api.js").Reason} reason */
export const reasonText = (reason) => (reason === "not_me" ? t("event.notMe") : t(`reason.${reason}`));
