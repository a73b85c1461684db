/** The ways into an event: to be marked, which is the one great button, and to mark. */

import * as api from "../api.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { tell } from "../notices.js";
import { askWhether, button } from "../parts.js";
import { t } from "../texts.js";
import { goMark, goWait, waitsIn } from "./enter.js";

/** @typedef {import("./event.js").Shown} Shown */

/** @param {Shown} shown of an event that is not over */
export function doors({ found, mark }) {
  const isFirst = !found.organiser;
  const ask = !mark && toBeMarked(found.event_id, isFirst);
  const sheet = mayMark(found) ? toMark(found.event_id, !isFirst) : whyNot(found);
  const help = isFirst && ask && h("p", { class: "none" }, t("welcome.lead"));
  return h("div", { class: "ways" }, ...(isFirst ? [ask, help, sheet] : [sheet, ask]));
}

/**
 * @param {string} id
 * @param {boolean} isFirst
 */
function toBeMarked(id, isFirst) {
  const look = isFirst ? "main huge wide" : "wide";
  if (waitsIn() === id) {
    const link = { class: `button ${look}`, href: `#/event/${id}/wait`, "data-test": "to-list" };
    return h("a", link, icon("hand"), t("wait.open"));
  }
  const label = [icon("hand"), t("event.markMe")];
  return button(label, () => goWait(id), { class: look, "data-test": "mark-me" });
}

/**
 * @param {string} id
 * @param {boolean} isFirst
 */
function toMark(id, isFirst) {
  const label = [icon("sheet"), t("event.canMark")];
  const look = isFirst ? "main wide" : "quiet wide";
  return button(label, () => goMark(id), { class: look, "data-test": "can-mark" });
}

/** @param {api.EventShown} found a service of before does not say it */
const mayMark = (found) => found.may_mark ?? true;

/** @param {api.EventShown} found */
function whyNot({ who_marks }) {
  const key = who_marks === "confirmed" ? "event.onlyConfirmed" : "event.onlyOrganisers";
  return h("p", { class: "none", "data-test": "may-not-mark" }, t(key));
}

/**
 * @param {api.EventShown} found
 * @param {api.Entry} mark of mine
 * @param {() => Promise<void>} again
 */
export function notMe(found, mark, again) {
  const say = async () => {
    if (!(await askWhether(t("event.notMe.sure"), t("event.notMe.yes")))) return;
    await api.annulMark(found.event_id, mark.user_id, mark.n, "not_me");
    await again();
    tell(t("event.notMe.done"));
  };
  return button(t("event.notMe"), say, { class: "quiet", "data-test": "not-me" });
}
