/** That my mark does not stand any more, told to me: why, and what to do about it. */

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { isKey, t } from "../texts.js";

/** @typedef {{reason: string | null, note: string | null}} How */

/** @param {How} how why, in the words of the page, and what whoever did it says besides */
export function whyUndone({ reason, note }) {
  const key = `undone.${reason}`;
  const why = t(isKey(key) ? key : "undone.other");
  if (!note) return why;
  return reason === "other" ? note : `${why}. ${note}`;
}

/**
 * What one can do now, where there is something.
 * @param {How} how
 * @param {boolean} isOver the event
 */
export function afterUndone({ reason }, isOver) {
  if (!isOver) return t("wait.annulled.help");
  return reason === "not_me" ? "" : t("undone.over");
}

/**
 * @param {How} how
 * @param {boolean} isOver the event
 */
export function undone(how, isOver) {
  const help = afterUndone(how, isOver);
  return h(
    "div",
    { class: "card my-mark undone", "data-test": "undone" },
    icon("undo"),
    h("p", {}, t("wait.annulled")),
    h("p", { class: "why" }, whyUndone(how)),
    help && h("small", {}, help),
  );
}
