/** The beginning: which screen is seen, and what stands around it. */

import { CallFailed } from "./calling.js";
import { h, refill } from "./dom.js";
import { icon } from "./icons.js";
import { isModerator, lookAtQueue, moderating } from "./moderating.js";
import { placeNotices, tell, tellError } from "./notices.js";
import { button } from "./parts.js";
import { keptMarks } from "./receipts.js";
import { goInstead, here, loadAll, route, screenHere } from "./router.js";
import { languages } from "./screens/languages.js";
import { welcome } from "./screens/welcome.js";
import { recognise, remember, session, watchOthers } from "./session.js";
import { goOn } from "./short.js";
import { MIN_BETWEEN_MS } from "./socket.js";
import { withStyles } from "./styles.js";
import { language, t } from "./texts.js";
import { clock, day } from "./times.js";
import { acceptUpdate, keepPage, updates } from "./updates.js";
import { waitOn, waiting } from "./waiting.js";

const EVENT_ID = "([0-9a-fA-F-]{36})";
const SHORT_ADDRESS = /^\/e\/(.*)$/; // with an event one is not here any more
const OPEN_TO_ALL = /^\/(?:e\/|forgotten$|reset\/|oidc\/)/; // where one need not be logged in
const TABS = /** @type {const} */ ([
  ["events", "#/", "today.title"],
  ["my-events", "#/classes", "classes.title", "desk"], // only where there is a rail
  ["people", "#/people", "people"],
  ["review", "#/review", "review", "desk"], // only for moderators
  ["me", "#/me", "me"],
]);

/** @param {string} rest */
const ofEvent = (rest) => new RegExp(`^/event/${EVENT_ID}${rest}$`);
// Loaded when needed, and all of them once something is seen: a first visit begins with few files
route(/^\/$/, async () => (await import("./screens/today.js")).today);
route(/^\/classes$/, async () => (await import("./screens/my-events.js")).myEvents);
route(ofEvent(""), async () => (await withStyles(import("./screens/event.js"), "event", "people")).event);
route(ofEvent("/wait"), async () => (await withStyles(import("./screens/wait.js"), "waiting")).waitScreen);
route(ofEvent("/mark"), async () => (await withStyles(import("./screens/mark.js"), "marking", "hold")).markScreen);
route(ofEvent("/sheet"), async () => (await withStyles(import("./screens/sheet.js"), "event", "marking", "sheet", "correcting", "table", "signing")).sheetScreen);
route(/^\/people$/, async () => (await withStyles(import("./screens/people.js"), "people")).peopleScreen);
route(/^\/person\/(\d{1,19})$/, async () => (await withStyles(import("./screens/person.js"), "people")).personScreen);
route(SHORT_ADDRESS, async () => (await import("./screens/no-event.js")).noEvent);
route(/^\/me$/, async () => (await withStyles(import("./screens/me.js"), "people")).me);

route(/^\/access$/, async () => (await withStyles(import("./screens/access.js"), "access")).access);
route(/^\/review$/, async () => (await withStyles(import("./screens/review.js"), "review")).reviewScreen);
route(/^\/forgotten$/, async () => (await import("./screens/recovery.js")).forgotten);
route(/^\/oidc\/([a-z_]{1,40})$/, async () => (await import("./screens/oidc.js")).notLetIn);
route(/^\/reset\/([0-9a-fA-F]{64})$/, async () => (await import("./screens/recovery.js")).resetting);

const main = /** @type {HTMLElement} */ (document.querySelector("main"));
const bar = h("aside", { class: "bar", "aria-label": t("wait"), hidden: true });
const update = h("div", { class: "bar update", role: "status" });
const offline = h("div", { class: "offline", role: "status" });
const tabs = h("nav", { "aria-label": t("menu"), hidden: true });
/** @type {import("./router.js").Screen | null} */
let screen = null;
/** @type {number | null | undefined} */
let shownTo = undefined; // a page is shown to one person in its life, and before that to nobody
let shows = 0;

async function show() {
  const { userId, isKnown } = session.value;
  if (!isKnown) return;
  const mine = ++shows;
  screen?.leave?.();
  screen = null;
  closeDialogs();
  shownTo = userId;
  let make;
  try {
    make = userId === null && !OPEN_TO_ALL.test(here()) ? welcome : await screenHere();
  } catch {
    if (mine === shows) refill(main, h("p", { class: "bad" }, t("not.loaded")), button(t("again"), show));
    return;
  }
  if (mine !== shows) return; // somebody has gone on meanwhile
  if (make === null) {
    tell(t("address.unknown"), "bad");
    goInstead("/");
    return;
  }
  screen = make();
  refill(main, screen.view, userId === null && languages());
  main.classList.toggle("wide", screen.isWide === true);
  document.title = screen.title;
  main.querySelector("h1")?.focus({ preventScroll: true });
  window.scrollTo(0, 0);
  showTabs();
  void lookAtQueue().catch(() => undefined); // it is asked again, and the desk says what is wrong
  showBar();
  document.getElementById("broken")?.remove(); // from now on what goes wrong is told here
}

/** A dialog belongs to the screen it was opened on. */
function closeDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
}

function showTabs() {
  const focused = tabs.contains(document.activeElement) && document.activeElement;
  tabs.hidden = session.value.userId === null;
  refill(
    tabs,
    ...TABS.map(([tab, href, label, look]) => {
      const isReview = tab === "review";
      if (isReview && !isModerator()) return null;
      const { pending } = moderating.value;
      return h(
        "a",
        { href, class: look, "aria-current": screen?.tab === tab && "page", "data-test": `tab-${tab}` },
        icon(isReview ? "check" : tab),
        h("span", {}, t(label), isReview && pending !== null && ` (${pending})`),
      );
    }),
  );
  const again = focused && tabs.querySelector(`[href="${focused.getAttribute("href")}"]`);
  if (again instanceof HTMLElement) again.focus();
}

/** That I wait is to be seen on every screen. */
function showBar() {
  const { eventId, connection, markedBy } = waiting.value;
  const at = `/event/${eventId}/wait`;
  bar.hidden = eventId === null || here() === at;
  if (bar.hidden) {
    bar.replaceChildren();
    return;
  }
  const state = markedBy === null ? connection : "marked";
  if (bar.dataset.state === state && bar.firstChild) return;
  bar.dataset.state = state;
  refill(bar, h("a", { href: `#${at}`, "data-test": "waiting-bar" }, t(BAR_TEXTS[state])));
}

const BAR_TEXTS = /** @type {const} */ ({
  connecting: "wait.connecting",
  open: "wait.open",
  lost: "wait.lost",
  marked: "wait.marked",
  ended: "wait.ended",
});

/** Offered only while nobody is held and one does not wait: it loads the page anew. */
function showUpdate() {
  const { isOffered, isBusy } = updates.value;
  if (!isOffered || isBusy) {
    update.replaceChildren();
    return;
  }
  if (update.firstChild) return;
  refill(update, t("update"), " ", button(t("update.take"), acceptUpdate, { "data-test": "update" }));
}

/** Without signal one's last mark is shown at least. */
function showOffline() {
  const [last] = keptMarks(session.value.userId);
  if (!last) return;
  const time = `${day(last.marked_at)}, ${clock(last.marked_at)}`;
  const text = t("offline.mark", { event: last.name, time, name: last.by });
  refill(offline, h("p", { class: "card good", "data-test": "kept-mark" }, text));
}

/**
 * Brings what is not needed to see something, and keeps all of it: for whoever is logged in at
 * once, for whoever only looks when they begin to type.
 * @param {number | null} userId
 */
function bringTheRest(userId) {
  if (userId === null) {
    main.addEventListener("input", () => void loadAll(), { once: true });
    return;
  }
  void loadAll();
  void keepPage();
}

let retryTimer = 0;

/** Asks who it is; comes back by itself where nobody answers yet, as the sockets do. */
async function begin() {
  clearTimeout(retryTimer);
  try {
    await recognise();
    offline.replaceChildren();
    window.dispatchEvent(new Event("service-back")); // what could not be loaded is asked for again
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    showOffline();
    if (!session.value.isKnown) {
      refill(main, h("p", { class: "bad", role: "status" }, text), button(t("again"), begin));
    }
    retryTimer = window.setTimeout(begin, MIN_BETWEEN_MS * (1 + Math.random()));
  }
}

goOn();
document.documentElement.lang = language;
const skip = h("a", { href: "#main", class: "skip", onclick: toMain }, t("skip"));
/** @param {globalThis.Event} event whose link would be taken for a screen's */
function toMain(event) {
  event.preventDefault();
  main.focus();
}
document.body.prepend(skip, tabs, bar, update, offline);
placeNotices(document.body);
window.addEventListener("hashchange", () => void show());
/** @param {unknown} error that nobody has caught: whoever has pressed something is to hear of it */
function broken(error) {
  if (!error || shownTo === undefined) return;
  if (error instanceof CallFailed) tellError(error);
  else tell(t("code.internal_error"), "bad");
}
window.addEventListener("unhandledrejection", ({ reason }) => broken(reason));
window.addEventListener("error", ({ error }) => broken(error));
waiting.watch(showBar);
moderating.watch(showTabs);
updates.watch(showUpdate);
session.watch(({ userId, isKnown }) => {
  if (!isKnown || userId === shownTo) return;
  if (userId !== null) waitOn();
  void show().then(() => bringTheRest(userId));
});
remember();
watchOthers();
void begin();
