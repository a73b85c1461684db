/** One event: the two big buttons, how to share it, and for its creator who has come. */

import * as api from "../api.js";
import { standing } from "../classes.js";
import { h, say } from "../dom.js";
import { icon } from "../icons.js";
import { Life } from "../life.js";
import { tell } from "../notices.js";
import { asked, button, heading, loaded } from "../parts.js";
import { people, person } from "../people.js";
import { go } from "../router.js";
import { session } from "../session.js";
import { allowSound } from "../signal.js";
import { t } from "../texts.js";
import { clock, now, span } from "../times.js";
import { stopWaiting, wait, waiting } from "../waiting.js";
import { attendance } from "./attendance.js";
import { share } from "./share.js";

/** @typedef {import("../api.js").EventShown} EventShown */

/** @type {import("../router.js").ScreenOf} */
export function event(eventId = "") {
  const title = heading("…", "/");
  const life = new Life();
  let shown = life.part();
  const body = loaded({ class: "event" }, async () => {
    const { found, isIn, mark } = await standing(eventId);
    shown.end(); // what was shown before is not to be kept up to date
    shown = life.part();
    say(/** @type {Element} */ (title.querySelector("h1")), found.name);
    document.title = found.name;
    const isMine = found.creator_id === session.value.userId;
    return [
      about(found, shown),
      mark && markedAlready(mark, shown),
      now() < found.time_to ? doors(found, mark !== null) : over(),
      controls(found, isIn, isMine, body.again),
      isMine && attendance(found.event_id, shown),
    ];
  });
  const view = h("section", {}, title, body.view);
  return { view, title: t("event"), tab: "events", leave: () => life.end() };
}

/**
 * @param {EventShown} found
 * @param {Life} life
 */
function about(found, life) {
  const creator = h("span");
  life.watch(people, () => say(creator, person(found.creator_id)?.display_name ?? "…"));
  return h("p", { class: "about" }, span(found), h("br"), t("event.by"), " ", creator);
}

/**
 * @param {api.Entry} mark
 * @param {Life} life
 */
function markedAlready(mark, life) {
  const line = h("p", { class: "card good", "data-test": "already-marked" });
  life.watch(people, () => {
    const name = person(mark.actor_id)?.display_name ?? "…";
    say(line, `✓ ${t("event.marked", { name, time: clock(mark.at) })}`);
  });
  return line;
}

function over() {
  return h("p", { class: "card", "data-test": "over" }, t("event.over"));
}

/**
 * @param {EventShown} found
 * @param {boolean} isMarked
 */
function doors(found, isMarked) {
  const start = () => {
    allowSound();
    wait(found.event_id);
    go(`/event/${found.event_id}/wait`);
  };
  const mark = async () => {
    const isWaiting =
      waiting.value.eventId === found.event_id && waiting.value.connection !== "ended";
    if (isWaiting && !(await asked(t("event.stopToMark"), t("event.stopToMark.yes")))) return;
    if (isWaiting) stopWaiting();
    go(`/event/${found.event_id}/mark`);
  };
  return h(
    "div",
    { class: "doors" },
    !isMarked &&
      button(door("hand", t("event.markMe"), t("event.markMe.help")), start, {
        class: "door main",
        "data-test": "mark-me",
      }),
    button(door("check", t("event.canMark"), t("event.canMark.help")), mark, {
      class: "door",
      "data-test": "can-mark",
    }),
  );
}

/**
 * @param {import("../icons.js").Drawing} sign
 * @param {string} label
 * @param {string} help
 */
function door(sign, label, help) {
  return h(
    "span",
    { class: "inside" },
    icon(sign),
    h("strong", {}, label),
    h("small", {}, help),
  );
}

/**
 * @param {EventShown} found
 * @param {boolean} isIn
 * @param {boolean} isMine
 * @param {() => Promise<void>} again
 */
function controls(found, isIn, isMine, again) {
  const leave = async () => {
    if (!(await asked(t("event.leave.sure"), t("event.leave")))) return;
    await api.leaveEvent(found.event_id);
    if (waiting.value.eventId === found.event_id) stopWaiting();
    tell(t("event.left"));
    await again();
  };
  const join = async () => {
    await api.joinEvent(found.event_id);
    tell(t("event.joined"));
    await again();
  };
  const remove = async () => {
    if (!(await asked(t("event.delete.sure"), t("event.delete")))) return;
    await api.deleteEvent(found.event_id);
    if (waiting.value.eventId === found.event_id) stopWaiting();
    tell(t("event.deleted"));
    go("/");
  };
  return h(
    "div",
    { class: "choices" },
    button(t("share"), () => share(found), { "data-test": "share" }),
    isIn && button(t("event.leave"), leave, { "data-test": "leave" }),
    !isIn && now() < found.time_to && button(t("event.join"), join, { "data-test": "join" }),
    isMine && button(t("event.delete"), remove, { class: "danger", "data-test": "delete" }),
  );
}
