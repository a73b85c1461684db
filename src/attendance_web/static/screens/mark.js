/** Marking others: who waits, one of them held, and one word about them. */

import * as api from "../api.js";
import { KeyedList, h, refill, say } from "../dom.js";
import { ordered } from "../fold.js";
import { Desk } from "../marking.js";
import { Whisper } from "../notices.js";
import { button, empty, heading } from "../parts.js";
import { people, person } from "../people.js";
import { saidOf } from "../refusals/said.js";
import { counted, t } from "../texts.js";
import { clock, day } from "../times.js";
import { HoldDialog, SECOND_TAP_MS, ignoreRepeated } from "./hold.js";
import { Finding } from "./mark-finding.js";
import { makeRow, mendRow } from "./mark-row.js";
import { speak } from "./mark-told.js";

/** @typedef {import("../marking.js").AtTheSheet} AtTheSheet */

/** Ends that asking again would not change. */
const FOR_GOOD = new Set(["event_over", "event_not_found", "left_event", "may_not_mark"]);

/** @type {import("../router.js").ScreenOf} */
export function markScreen(eventId = "") {
  const back = `/event/${eventId}`;
  const title = h("p", { class: "about" });
  const connection = h("p", { class: "connection", role: "status", "data-test": "connection" });
  const count = h("p", { class: "count", "data-test": "count" });
  const finding = new Finding(() => show());
  const head = h(
    "div",
    { class: "stays" },
    h("div", { class: "between" }, count, connection),
    finding.view,
  );
  const list = h("ul", {
    class: "people",
    role: "list",
    tabindex: -1,
    "data-test": "waiting-list",
    "aria-label": t("mark.list"),
    onkeydown: ignoreRepeated,
  });
  const nobody = empty("people", t("mark.none"));
  const notFound = empty("search", t("mark.notFound"), button(t("mark.showAll"), () => finding.clear()));
  notFound.dataset.test = "not-found";
  const ended = h("div", { class: "ended" });
  const desk = new Desk(eventId);
  const rows = new KeyedList(
    list,
    (/** @type {number} */ userId) => userId,
    (userId) => mendRow(makeRow(userId, () => choose(userId)), desk.store.value, userId),
    (row, userId) => mendRow(row, desk.store.value, userId),
  );
  const hold = new HoldDialog(
    () => desk.confirm(),
    () => desk.refuse(),
  );
  let closedAt = -SECOND_TAP_MS;
  /** @param {number} userId */
  const choose = (userId) => {
    if (desk.store.value.connection !== "open") return;
    // The second of two taps on the dialog was not meant for the row that lay below it
    if (performance.now() - closedAt < SECOND_TAP_MS) return;
    desk.choose(userId);
  };
  /** @type {Set<number>} */
  let before = new Set();
  const whisper = new Whisper(() => {
    const is = new Set(desk.store.value.list.keys());
    const came = [...is].filter((userId) => !before.has(userId)).length;
    const went = [...before].filter((userId) => !is.has(userId)).length;
    before = is;
    if (!came && !went) return "";
    const changes = [came && counted("mark.came", came), went && counted("mark.went", went)];
    return [...changes.filter(Boolean), counted("mark.count", is.size)].join(". ");
  });
  let wasAt = -1; // the row that has the focus, or had it when somebody was chosen there
  const show = () => {
    const is = desk.store.value;
    const isLive = is.connection === "open";
    const focused = document.activeElement;
    const at = [...list.children].findIndex((row) => row.contains(focused));
    if (at >= 0) wasAt = at;
    const nameOf = (/** @type {number} */ userId) => person(userId)?.display_name ?? "";
    const isOver = is.connection === "ended";
    const filtered = isOver ? new Map() : finding.filteredByChip(is.list);
    const seen = ordered(filtered, people.value.friends, nameOf, finding.part);
    rows.show(seen);
    say(count, counted("mark.count", is.list.size));
    connection.dataset.state = is.connection;
    say(connection, is.connection === "ended" ? "" : t(STATES[is.connection]));
    list.classList.toggle("stale", !isLive);
    list.hidden = !finding.isReady || seen.length === 0;
    nobody.hidden = !isLive || is.list.size > 0;
    notFound.hidden = isOver || is.list.size === 0 || seen.length > 0;
    head.hidden = isOver;
    count.hidden = finding.view.hidden = !finding.isReady || is.list.size === 0;
    const wasHeld = hold.view.open;
    hold.show(is);
    const hasClosed = wasHeld && !hold.view.open;
    if (hasClosed) closedAt = performance.now(); // its own event comes too late for a fast thumb
    if (at >= 0 || hasClosed) keepFocus();
    if (is.told && FOR_GOOD.has(is.told.code ?? "")) {
      desk.heard(); // the screen itself says it
    } else if (is.told) {
      speak(is, () => void desk.undo());
      desk.heard();
    }
    if (is.event) say(title, is.event.name);
    const end = isOver && is.code ? `${is.reason} ${is.begins}` : "";
    if (end !== (ended.dataset.of ?? "")) {
      ended.dataset.of = end;
      if (end) finish(is);
      else ended.replaceChildren();
    }
  };
  /** The row that had the focus may be gone with the person: the next one has it then. */
  const keepFocus = () => {
    const { activeElement } = document;
    const isInSheet = hold.view.contains(activeElement); // which is closed
    if (activeElement && activeElement !== document.body && !isInSheet) return;
    const next = list.children[Math.min(wasAt, list.children.length - 1)];
    const button = /** @type {HTMLElement | null | undefined} */ (next?.firstElementChild);
    (button ?? view.querySelector("h1"))?.focus({ preventScroll: true });
  };
  /** @param {AtTheSheet} is */
  const finish = ({ reason, begins }) => {
    const text = begins
      ? t("mark.begins", { time: `${day(begins)}, ${clock(begins)}` })
      : saidOf(reason) || t("code.other");
    const isFinal = begins !== null || FOR_GOOD.has(reason);
    const more = !isFinal && button(t("again"), () => desk.again(), { "data-test": "again" });
    refill(ended, empty("ended", text, more));
  };
  const view = h("section", {}, heading(t("mark"), back), title, head);
  view.append(list, nobody, notFound, ended, hold.view);
  const unwatch = desk.store.watch(() => {
    show();
    whisper.changed();
  });
  const forget = people.watch(show);
  void api.event(eventId).then(({ name }) => say(title, desk.store.value.event?.name ?? name), () => undefined);
  const leave = () => {
    unwatch();
    forget();
    whisper.stop();
    hold.close();
    desk.leave();
  };
  return { view, title: t("mark"), tab: "events", isWide: true, leave };
}

const STATES = /** @type {const} */ ({
  connecting: "mark.connecting",
  open: "mark.open",
  lost: "mark.lost",
});
