/** What can be done with an event beside being in it: changed, prolonged, ended, left, deleted. */

import * as api from "../api.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { tell } from "../notices.js";
import { askWhether, button, menu } from "../parts.js";
import { go } from "../router.js";
import { session } from "../session.js";
import { t } from "../texts.js";
import { clock, now } from "../times.js";
import { stateOf } from "../elements/event-state.js";
import { stopWaiting, waiting } from "../waiting.js";
import { openBoardLink } from "./board-link.js";
import { editEvent } from "./edit-event.js";
import { openHelpers } from "./helpers.js";

/** @typedef {import("./event.js").Shown} Shown */

const MORE_MINUTES = 30;
const AT_ONCE_SECONDS = 2; // an end has to lie in the future yet

/**
 * What an organiser does with an event that is not over.
 * @param {api.EventShown} found
 * @param {() => Promise<void>} again
 */
export function manage(found, again) {
  const isOn = stateOf(found) === "now";
  const work = () => prolong(found, again);
  const stop = () => end(found, again);
  const edit = [icon("edit"), t("manage.edit")];
  return h(
    "div",
    { class: "choices manage" },
    button(edit, () => editEvent(found, again), { class: "plain", "data-test": "edit" }),
    isOn && button(t("manage.prolong"), work, { class: "plain", "data-test": "prolong" }),
    isOn && button(t("manage.end"), stop, { class: "plain", "data-test": "end" }),
  );
}

/**
 * What else there is of it, behind "⋯", where there is something else to be seen.
 * @param {api.EventShown} found
 * @param {() => Promise<void>} again
 */
export function manageActs(found, again) {
  const isOver = stateOf(found) === "over";
  const isMine = found.creator_id === session.value.userId;
  return [
    !isOver && act("manage.edit", "edit", () => editEvent(found, again)),
    isMine && !isOver && act("helpers", "people", () => openHelpers(found)),
    !isOver && act("board.link", "board", () => openBoardLink(found)),
  ];
}

/**
 * @param {api.EventShown} found
 * @param {() => Promise<void>} again
 */
export async function prolong(found, again) {
  const end = found.time_to + MORE_MINUTES * 60;
  await api.updateEvent(found.event_id, { time_to: end });
  await again();
  tell(t("manage.prolonged", { time: clock(end) }));
}

/**
 * @param {api.EventShown} found
 * @param {() => Promise<void>} again
 */
export async function end(found, again) {
  if (!(await askWhether(t("manage.end.sure"), t("manage.end.yes")))) return;
  await api.updateEvent(found.event_id, { time_to: Math.ceil(now()) + AT_ONCE_SECONDS });
  await again();
}

/**
 * What is needed seldom, behind "⋯"; nothing that would be refused.
 * @param {Shown} shown
 * @param {() => Promise<void>} again
 */
export function moreActs({ found, isIn, isRecord }, again) {
  const isOver = stateOf(found) === "over";
  const isMine = found.creator_id === session.value.userId;
  const acts = [
    found.organiser && !isOver && act("board.link", "board", () => openBoardLink(found)),
    isMine && !isOver && act("helpers", "people", () => openHelpers(found)),
    found.organiser && !isMine && act("helpers.stop", "people", () => stopHelping(found, again)),
    !isIn && !isOver && act("event.join", "plus", () => join(found, again)),
    isIn && !isOver && act("event.leave", "close", () => leave(found, again)),
    isMine && !isRecord && act("event.delete", "bin", () => remove(found)),
  ];
  return acts.some(Boolean) ? menu(t("event.more"), ...acts) : null;
}

/**
 * @param {import("../texts.js").Key} key
 * @param {import("../icons.js").Drawing} drawing
 * @param {() => unknown} work
 */
const act = (key, drawing, work) => ({ label: t(key), drawing, work, test: key.split(".").at(-1) });

/**
 * @param {api.EventShown} found
 * @param {() => Promise<void>} again
 */
async function leave({ event_id }, again) {
  if (!(await askWhether(t("event.leave.sure"), t("event.leave")))) return;
  await api.leaveEvent(event_id);
  if (waiting.value.eventId === event_id) stopWaiting();
  await again();
  tell(t("event.left"));
}

/**
 * @param {api.EventShown} found
 * @param {() => Promise<void>} again
 */
async function join({ event_id }, again) {
  await api.joinEvent(event_id);
  await again();
  tell(t("event.joined"));
}

/** @param {api.EventShown} found */
async function remove({ event_id }) {
  if (!(await askWhether(t("event.delete.sure"), t("event.delete")))) return;
  await api.deleteEvent(event_id);
  if (waiting.value.eventId === event_id) stopWaiting();
  tell(t("event.deleted"));
  go("/");
}

/**
 * @param {api.EventShown} found
 * @param {() => Promise<void>} again
 */
async function stopHelping({ event_id }, again) {
  if (!(await askWhether(t("helpers.stop.sure"), t("helpers.stop")))) return;
  await api.removeHelper(event_id, session.value.userId ?? 0);
  await again();
}
