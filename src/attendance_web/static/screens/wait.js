/** Waiting to be marked: calm, and never in doubt. */

import { h, refill, say } from "../dom.js";
import "../elements/time-since.js";
import { icon } from "../icons.js";
import { Life } from "../life.js";
import { tell } from "../notices.js";
import { askWhether, button, face, heading } from "../parts.js";
import { people, person, readPeople } from "../people.js";
import { saidOf } from "../refusals/said.js";
import { go, goInstead } from "../router.js";
import { session } from "../session.js";
import { counted, t } from "../texts.js";
import { clock, now, span } from "../times.js";
import { stopWaiting, wait, waiting, waitsElsewhere } from "../waiting.js";
import { receiptView } from "./receipt.js";
import { afterUndone, whyUndone } from "./undone.js";

/** @typedef {import("../waiting.js").Waiting} Waiting */
/** @typedef {"connecting" | "open" | "held" | "lost" | "marked" | "ended"} State */

/** @type {import("../router.js").ScreenOf} */
export function waitScreen(eventId = "") {
  const life = new Life();
  const back = `/event/${eventId}`;
  const name = h("p", { class: "lead" });
  const times = h("p", { class: "about" });
  const sign = h("div");
  const title = h("strong");
  const help = h("p");
  const said = h("div", { role: "status" }, title, help);
  const more = h("p", { class: "more", "data-test": "more" });
  const state = h("div", { class: "state", "data-test": "waiting" }, sign, said, more);
  const since = h("div", { class: "since" });
  const choices = h("div", { class: "choices" });
  const calm = [heading(t("wait"), back), name, times, state, since, choices];
  const view = h("section", { class: "narrow calm" }, ...calm);
  const stop = button(
    t("wait.stop"),
    () => {
      stopWaiting();
      go(back);
    },
    { class: "plain", "data-test": "stop-waiting" },
  );
  const again = button(t("again"), restart, { class: "main", "data-test": "again" });
  const leave = button(t("wait.toEvent"), done, { class: "plain", "data-test": "done" });
  const ask = button(t("event.markMe"), restart, { class: "main", "data-test": "again" });
  /** @param {Waiting} is where the event is over, there is none */
  const wayBack = (is) => is.reason !== "event_over" && !isOver(is) && (is.annulled ? ask : again);
  function restart() {
    stopWaiting();
    wait(eventId);
  }
  function done() {
    stopWaiting();
    goInstead(back);
  }
  const receipt = receiptView(done);
  /** @type {State | null} */
  let shown = null;
  let told = "";
  /** @param {Waiting} is */
  const show = (is) => {
    if (is.eventId !== eventId) return;
    const state_ = stateOf(is);
    if (state_ !== shown) {
      shown = state_;
      state.dataset.state = state_;
      document.body.toggleAttribute("data-full", state_ === "marked");
      view.replaceChildren(...(state_ === "marked" ? [receipt.view] : calm));
      refill(choices, ...(state_ === "ended" ? [wayBack(is), leave] : [stop]));
      document.title = t(TITLES[state_]);
      if (state_ === "marked") receipt.focus();
    }
    if (state_ === "marked") {
      receipt.show(is);
      return;
    }
    showEvent(is);
    showSign(sign, state_, is);
    say(title, titleOf(state_, is));
    say(help, helpOf(state_, is));
    say(more, moreOf(state_, is));
    more.hidden = more.textContent === "";
    since.hidden = !is.since || !(state_ === "open" || state_ === "lost");
    if (is.since && !since.hidden && since.dataset.at !== String(is.since)) {
      since.dataset.at = String(is.since);
      const length = h("time-since", { at: is.since });
      refill(since, t("wait.since", { time: clock(is.since) }), " · ", length);
    }
  };
  /** @param {Waiting} is */
  const showEvent = ({ event }) => {
    if (!event) return;
    const is = `${event.name}\n${span(event)}`;
    if (told && told !== is) tell(t("wait.changed", { name: event.name, time: span(event) }));
    told = is;
    say(name, event.name);
    say(times, span(event));
  };
  const begin = () => {
    wait(eventId);
    void readPeople([session.value.userId ?? 0]); // for the receipt, to be whole at once
    life.watch(waiting, show);
    life.watch(people, () => show(waiting.value));
    life.every(1000, () => waiting.value.connection === "lost" && show(waiting.value));
  };
  // Also where one comes by a link, or by loading the page anew
  if (waitsElsewhere(eventId)) void askFirst(begin);
  else begin();
  life.add(() => {
    document.body.removeAttribute("data-full");
    if (waiting.value.connection === "ended") stopWaiting();
  });
  return { view, title: t("wait"), tab: "events", leave: () => life.end() };
}

/** @param {() => void} begin a place in another event would be lost by it */
async function askFirst(begin) {
  const { eventId, event } = waiting.value;
  const question = t("wait.other", { name: event?.name ?? "…" });
  if (await askWhether(question, t("wait.other.yes"), { look: "main" })) begin();
  else goInstead(`/event/${eventId}/wait`);
}

const TITLES = /** @type {const} */ ({
  connecting: "wait.connecting",
  open: "wait.open",
  held: "wait.held",
  lost: "wait.lost",
  marked: "wait.marked",
  ended: "wait.ended",
});

const SIGNS = /** @type {const} */ ({
  connecting: "connecting",
  open: "hand",
  held: "sheet",
  lost: "lost",
  marked: "check",
  ended: "ended",
});

/**
 * @param {Waiting} is
 * @returns {State}
 */
function stateOf(is) {
  if (is.markedBy !== null) return "marked";
  return is.connection === "open" && is.held ? "held" : is.connection;
}

/** @param {Waiting} is */
const isOver = ({ event }) => event !== null && event.time_to <= now();

/** @param {Waiting} is */
const isNobodyThere = (is) => is.position?.markers === 0;

/**
 * @param {HTMLElement} sign the drawing, the number, or who has the sheet
 * @param {State} state
 * @param {Waiting} is
 */
function showSign(sign, state, is) {
  const key = `${state} ${is.position?.place ?? ""} ${is.held?.userId ?? ""}`;
  const by = state === "held" ? person(is.held?.userId ?? 0) : undefined;
  const all = `${key} ${by?.pic ?? ""}`;
  if (sign.dataset.shows === all) return;
  sign.dataset.shows = all;
  if (state === "held") {
    refill(sign, by ? face(by, "large") : icon("sheet"));
  } else if (state === "open" && is.position) {
    const number = h("div", { class: "place", "data-test": "place" }, String(is.position.place));
    refill(sign, h("small", {}, t("wait.place")), number);
  } else {
    refill(sign, icon(SIGNS[state]));
  }
}

/**
 * @param {State} state
 * @param {Waiting} is
 */
function titleOf(state, is) {
  if (state === "open" && isNobodyThere(is)) return t("wait.nobody");
  return t(is.annulled ? "wait.annulled" : TITLES[state]);
}

/**
 * What is said aloud when it changes.
 * @param {State} state
 * @param {Waiting} is
 */
function helpOf(state, is) {
  switch (state) {
    case "open":
      return t(isNobodyThere(is) ? "wait.nobody.help" : "wait.open.help");
    case "held": {
      const by = person(is.held?.userId ?? 0);
      return by ? t("wait.held.help", { name: by.display_name }) : "";
    }
    case "lost":
      return secondsKept(is) > 0 ? "" : t("wait.gone.help");
    case "ended": {
      if (is.annulled) return whyUndone(is.annulled);
      return is.code ? saidOf(is.reason) || t("code.other") : "";
    }
    default:
      return "";
  }
}

/**
 * What changes too often to be said aloud.
 * @param {State} state
 * @param {Waiting} is
 */
function moreOf(state, is) {
  if (state === "ended" && is.annulled) return afterUndone(is.annulled, isOver(is));
  if (state === "lost" && secondsKept(is) > 0) return t("wait.lost.help", { n: secondsKept(is) });
  if (state !== "open" || !is.position) return "";
  if (is.isFurtherBack) return t("wait.back", { n: is.position.place });
  return isNobodyThere(is) ? "" : counted("wait.markers", is.position.markers);
}

/** @param {Waiting} is */
const secondsKept = ({ keptUntil }) => Math.max(0, Math.ceil((keptUntil ?? 0) - now()));
