/**
 * The board of an event, for a screen that a whole hall looks at: at `/board/<event_id>`, for its
 * organisers, or for whoever has the secret behind the `#`. Contract: 8.5.
 */

import { event } from "../api.js";
import { CallFailed } from "../calling.js";
import { watchCounts } from "../counts/shared.js";
import { h } from "../dom.js";
import { language, t, textOf } from "../texts.js";
import { clock, now } from "../times.js";
import { stayAwake } from "../wake.js";
import { Pace } from "./pace.js";
import { Seen } from "./seen.js";
import { BoardView } from "./view.js";
import { WORDS } from "./words.js";

const LOOK_EVERY_MS = 15_000; // whether the event has another name or other times
const REFRESH_EVERY_MS = 10_000;
const NOT_FOUND = 5;
const NOT_LOGGED_IN = 7;
const FULL_KEYS = ["Space", "KeyF"]; // by where they are: the same with Russian letters

const eventId = (location.pathname.split("/")[2] ?? "").toLowerCase();
const secret = secretOf(location.hash);
const pace = new Pace();
const seen = new Seen(eventId);
const view = new BoardView(() => void fillScreen());
/** @type {import("../counts/watching.js").Counts | null} */
let last = null;
let heardAt = 0; // until then what is shown was so
let isOpen = false;
let isOver = false;
/** @type {ReturnType<typeof watchCounts>} */
let watching;

/**
 * The secret of a link, without what a messenger or a sentence has put behind it.
 * @param {string} hash
 * @returns {string | null} null where there is none at all
 */
function secretOf(hash) {
  if (hash.length < 2) return null;
  return /^#([\w-]*)/.exec(hash)?.[1] ?? "";
}

function watch() {
  watching = watchCounts(eventId, secret, { counts, heard, lost, ended, refused });
}

/** @param {import("../counts/watching.js").Counts} said */
function counts(said) {
  if (!isOpen) void look(); // it may have changed while nobody told us
  last = said;
  seen.keep({ counts: said });
  isOpen = true;
  view.become("open");
  view.showCounts(said);
  pace.see(said.marked, said.at);
  view.showPace(pace.perMinute);
}

function heard() {
  heardAt = now();
  seen.keep({ at: heardAt });
}

/** @param {CallFailed | null} why */
function lost(why) {
  isOpen = false;
  const away = last ? textOf(WORDS.away, { time: clock(heardAt) }) : t("wait.lost");
  view.become("lost", why?.code === "too_many_requests" ? why.message : away);
}

function ended() {
  isOpen = false;
  isOver = true;
  view.become("ended");
  void look();
}

/** @param {CallFailed} why */
function refused(why) {
  isOpen = false;
  isOver = true;
  seen.forget();
  if (why.error === NOT_LOGGED_IN) {
    const way = h("a", { href: `/#/event/${eventId}`, "data-test": "log-in" }, t("welcome.logIn"));
    view.become("refused", textOf(WORDS.logIn), way);
  } else {
    const isLink = why.error === NOT_FOUND && secret !== null;
    view.become("refused", isLink ? textOf(WORDS.linkEnded) : why.message);
  }
}

/** Reads the event, which anybody may; a name and times that cannot be read stay as they were. */
async function look() {
  try {
    const found = await event(eventId);
    seen.keep({ event: found });
    view.showEvent(found, seen.what.code);
    void seen.keepQrCode();
  } catch (error) {
    if (!(error instanceof CallFailed) || error.error !== NOT_FOUND) return;
    watching.stop();
    refused(error);
  }
}

function refresh() {
  view.refresh();
  if (!isOpen || !last) return;
  pace.see(last.marked, now());
  view.showPace(pace.perMinute);
}

async function fillScreen() {
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen();
  } catch {
    // not allowed, or unknown: it fills the window
  }
}

/** @param {KeyboardEvent} pressed */
function keyPressed(pressed) {
  if (pressed.repeat || pressed.ctrlKey || pressed.altKey || pressed.metaKey) return;
  if (!FULL_KEYS.includes(pressed.code)) return;
  const isOnButton = pressed.target instanceof Element && pressed.target.closest("a, button");
  if (isOnButton && pressed.code === "Space") return; // that presses it
  pressed.preventDefault();
  void fillScreen();
}

/** What was seen before this tab was loaded anew, until more is known. */
function recall() {
  const { event: found, counts: before, at, code } = seen.what;
  if (!found || !before || !at) return;
  last = before;
  heardAt = at;
  view.showEvent(found, code);
  view.showCounts(before);
  view.become("connecting", textOf(WORDS.asOf, { time: clock(at) }));
}

/** Keeps the page for a hall without a network; a browser that cannot goes without. */
async function keepPage() {
  try {
    await navigator.serviceWorker?.register("/board/sw.js");
  } catch {
    // not over this connection, or not by this browser
  }
}

/**
 * Where the page is not kept it could not be loaded again without a network.
 * @param {BeforeUnloadEvent} event
 */
function askFirst(event) {
  if (!last || isOpen || isOver || navigator.serviceWorker?.controller) return;
  event.preventDefault();
  event.returnValue = ""; // browsers of some years ago ask for this
}

document.documentElement.lang = language;
document.body.prepend(view.element);
document.getElementById("broken")?.remove();
document.addEventListener("keydown", keyPressed);
window.addEventListener("hashchange", () => location.reload()); // another link was pasted here
window.addEventListener("beforeunload", askFirst);
window.addEventListener("online", () => watching.retrySoon());
window.addEventListener("pagehide", () => watching.stop());
window.addEventListener("pageshow", ({ persisted }) => persisted && !isOver && watch());
setInterval(refresh, REFRESH_EVERY_MS);
setInterval(() => isOpen && void look(), LOOK_EVERY_MS);
stayAwake();
recall();
watch();
void look();
void keepPage();
