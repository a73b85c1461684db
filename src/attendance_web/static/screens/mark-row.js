/** One who waits, as a marker sees them: a button to hold them by. */

import { h, say } from "../dom.js";
import "../elements/person-face.js";
import "../elements/time-since.js";
import { badge, tick } from "../parts.js";
import { people, person } from "../people.js";
import { t } from "../texts.js";

/** @typedef {import("../fold.js").Marking} Marking */

/**
 * @param {number} userId
 * @param {() => void} choose
 */
export function makeRow(userId, choose) {
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: "row", onclick: choose, "data-test": "asker", "data-user": userId },
      h("person-face"),
      h("span", { class: "name" }, h("span"), h("small", {}, t("mark.waits"), " ", h("time-since"))),
      h("span", { class: "signs" }),
    ),
  );
}

/**
 * @param {HTMLElement} row
 * @param {Marking} marking
 * @param {number} userId
 */
export function mendRow(row, marking, userId) {
  const known = person(userId);
  const button = /** @type {HTMLButtonElement} */ (row.firstElementChild);
  const [face, name, signs] = button.children;
  const [text, small] = name?.children ?? [];
  if (!face || !text || !small || !signs) return row;
  if (known) {
    face.setAttribute("src", known.pic);
    say(text, known.display_name);
  } else {
    say(text, "…");
  }
  small.lastElementChild?.setAttribute("at", String(marking.list.get(userId) ?? 0));
  const isFriend = people.value.friends.has(userId);
  const marks = `${Number(known?.confirmed ?? false)}${Number(isFriend)}`;
  if (button.dataset.marks !== marks) {
    button.dataset.marks = marks;
    signs.replaceChildren(
      ...(isFriend ? [badge(t("friend"))] : []),
      ...(known?.confirmed ? [tick()] : []),
    );
  }
  const isAsked = marking.chosen?.userId === userId && marking.chosen.step === "asking";
  button.setAttribute("aria-busy", String(isAsked));
  return row;
}
