/** Waiting to be marked: calm, and never in doubt. */

import * as api from "../api.js";
import { h, refill, say } from "../dom.js";
import "../elements/person-face.js";
import "../elements/time-since.js";
import { icon } from "../icons.js";
import { button, heading } from "../parts.js";
import { people, person } from "../people.js";
import { go, goInstead } from "../router.js";
import { isKey, t } from "../texts.js";
import { clock } from "../times.js";
import { stopWaiting, wait, waiting } from "../waiting.js";

/** @typedef {import("../waiting.js").Waiting} Waiting */
/** @typedef {"connecting" | "open" | "lost" | "marked" | "ended"} State */

/** @type {import("../router.js").ScreenOf} */
export function waitScreen(eventId = "") {
  wait(eventId); // also where one comes by a link, or by loading the page anew
  const back = `/event/${eventId}`;
  const name = h("p", { class: "lead" });
  void api.event(eventId).then((found) => say(name, found.name)).catch(() => undefined);
  const state = h("div", { class: "state", role: "status", "data-test": "waiting" });
  const since = h("div", { class: "since" });
  const choices = h("div", { class: "choices" });
  const stop = button(
    t("wait.stop"),
    () => {
      stopWaiting();
      go(back);
    },
    { "data-test": "stop-waiting" },
  );
  const done = button(
    t("wait.done"),
    () => {
      stopWaiting();
      goInstead(back);
    },
    { class: "main", "data-test": "done" },
  );
  const again = button(
    t("again"),
    () => {
      stopWaiting();
      wait(eventId);
    },
    { "data-test": "again" },
  );
  /** @type {State | null} */
  let shown = null;
  /** @param {Waiting} is */
  const show = (is) => {
    if (is.eventId !== eventId) return;
    const now = stateOf(is);
    if (now !== shown) {
      shown = now;
      state.dataset.state = now;
      refill(state, icon(SIGNS[now]), h("strong", {}, t(TITLES[now])), h("p", {}));
      refill(choices, ...{ marked: [done], ended: [again, done] }[String(now)] ?? [stop]);
      refill(since);
    }
    if (!since.firstChild && is.since && (now === "open" || now === "lost")) {
      const length = h("time-since", { at: is.since });
      refill(since, t("wait.since", { time: clock(is.since) }), " · ", length);
    }
    say(/** @type {Element} */ (state.querySelector("p")), explained(now, is));
    if (now === "marked") markedBy(is.markedBy, since);
    document.title = t(TITLES[now]);
  };
  const endings = [waiting.watch(show), people.watch(() => show(waiting.value))];
  const view = h("section", { class: "narrow calm" }, heading(t("wait"), back), name);
  view.append(state, since, choices);
  const leave = () => {
    endings.forEach((end) => end());
    if (waiting.value.connection === "ended") stopWaiting();
  };
  return { view, title: t("wait"), tab: "events", leave };
}

const TITLES = /** @type {const} */ ({
  connecting: "wait.connecting",
  open: "wait.open",
  lost: "wait.lost",
  marked: "wait.marked",
  ended: "wait.ended",
});
const SIGNS = /** @type {const} */ ({
  connecting: "connecting",
  open: "hand",
  lost: "lost",
  marked: "check",
  ended: "ended",
});

/**
 * @param {Waiting} is
 * @returns {State}
 */
function stateOf(is) {
  return is.markedBy === null ? is.connection : "marked";
}

/**
 * @param {State} state
 * @param {Waiting} is
 */
function explained(state, is) {
  switch (state) {
    case "marked": {
      const name = person(is.markedBy ?? 0)?.display_name;
      return name ? t("wait.markedBy", { name }) : "";
    }
    case "ended": {
      const key = `code.${is.reason}`;
      return is.code ? t(isKey(key) ? key : "code.other") : "";
    }
    case "open":
      return t("wait.open.help");
    case "lost":
      return t("wait.lost.help");
    default:
      return "";
  }
}

/**
 * @param {number | null} userId
 * @param {HTMLElement} place
 */
function markedBy(userId, place) {
  const by = person(userId ?? 0);
  if (by && !place.firstChild) refill(place, h("person-face", { src: by.pic, class: "large" }));
}
