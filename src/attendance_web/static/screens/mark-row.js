/** One who waits, as a marker sees them: a button to hold them by. */

import { h, say } from "../dom.js";
import "../elements/person-face.js";
import "../elements/time-since.js";
import { badge, tick } from "../parts.js";
import { groupOf, people, person } from "../people.js";
import { t } from "../texts.js";

/** @typedef {import("../marking.js").AtTheSheet} AtTheSheet */
/** @typedef {import("../api.js").Person} Person */

/**
 * What a row shows; a list of hundreds mends only those of which something else is to be shown.
 * @typedef {{known: Person | undefined, askedAt: number, isFriend: boolean, isAsked: boolean,
 *   isLive: boolean}} Shown
 */

const WORTH_SAYING_SECONDS = 300; // that somebody waits since a moment helps nobody

/** @type {WeakMap<HTMLElement, Shown>} */
const shown = new WeakMap();

/**
 * @param {number} userId
 * @param {() => void} choose
 */
export function makeRow(userId, choose) {
  const since = h("time-since", { from: WORTH_SAYING_SECONDS });
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: "row", onclick: choose, "data-test": "asker", "data-user": userId },
      h("person-face", { user: userId }),
      h("span", { class: "name" }, h("span"), h("span", { class: "signs" }), h("small")),
      h("span", { class: "end" }, h("span", { class: "take" }, t("mark.take")), since),
    ),
  );
}

/**
 * @param {HTMLElement} row
 * @param {AtTheSheet} marking
 * @param {number} userId
 */
export function mendRow(row, marking, userId) {
  const is = {
    known: person(userId),
    askedAt: marking.list.get(userId) ?? 0,
    isFriend: people.value.friends.has(userId),
    isAsked: marking.chosen?.userId === userId && marking.chosen.step === "asking",
    isLive: marking.connection === "open",
  };
  const was = shown.get(row);
  if (
    was?.known === is.known &&
    was?.askedAt === is.askedAt &&
    was.isFriend === is.isFriend &&
    was.isAsked === is.isAsked &&
    was.isLive === is.isLive
  ) {
    return row;
  }
  shown.set(row, is);
  show(row, is);
  return row;
}

/**
 * @param {HTMLElement} row
 * @param {Shown} is
 */
function show(row, { known, askedAt, isFriend, isAsked, isLive }) {
  const button = row.firstElementChild;
  const [face, name, end] = button?.children ?? [];
  const [text, signs, group] = name?.children ?? [];
  const since = end?.lastElementChild;
  if (!button || !face || !since || !text || !signs || !group) return;
  if (known) {
    face.setAttribute("name", known.display_name);
    face.setAttribute("src", known.pic);
  }
  say(text, known?.display_name ?? "…");
  say(group, known ? groupOf(known) : "");
  since.setAttribute("at", String(askedAt));
  signs.replaceChildren(
    ...(known?.confirmed ? [tick()] : []),
    ...(isFriend ? [badge(t("friend"), "act")] : []),
  );
  button.setAttribute("aria-busy", String(isAsked));
  button.setAttribute("aria-disabled", String(!isLive));
}
