/** The sheet of an event, for its organisers, while it goes on and afterwards. Contract: 8. */

import * as api from "../api.js";
import { h, refill, say } from "../dom.js";
import { stateOf } from "../elements/event-state.js";
import { icon } from "../icons.js";
import { Life } from "../life.js";
import { tell } from "../notices.js";
import { button, empty, heading, iconButton, menu } from "../parts.js";
import { people } from "../people.js";
import { qrPicture } from "../qr.js";
import { session } from "../session.js";
import { addPerson } from "../sheet/add.js";
import { ByHand } from "../sheet/by-hand.js";
import { SheetFinding } from "../sheet/finding.js";
import { openPerson } from "../sheet/person.js";
import { LiveSheet } from "../sheet/live-sheet.js";
import { arranged, rowsOf } from "../sheet/rows.js";
import { SheetTable } from "../sheet/table.js";
import { copyList, download } from "../sheet/taking.js";
import { WORDS } from "../sheet/words.js";
import { t, textOf } from "../texts.js";
import { now, span } from "../times.js";
import { summary } from "./attendance.js";
import { end, manageActs, prolong } from "./event-acts.js";
import { stateChip } from "./event-row.js";

/** @typedef {import("../sheet/rows.js").Row} Row */

const LOOK_EVERY_MS = 15_000; // whether the event has another name or other times

/** @type {import("../router.js").ScreenOf} */
export function sheetScreen(eventId = "") {
  const life = new Life();
  /** @type {api.EventShown | null} */
  let event = null;
  /** @type {Row[]} */
  let rows = [];
  /** @type {Row[]} */
  let seen = [];

  const liveSheet = new LiveSheet(eventId);
  const byHand = new ByHand(eventId, (userId, n) => did(userId, n));
  const finding = new SheetFinding(() => show());
  const table = new SheetTable({
    choose: (userIds, isChosen) => byHand.choose(userIds, isChosen),
    open: (userId) => open(userId),
    sort: (column) => finding.sortBy(column),
    mark: markChosen,
  });

  const acts = h("span", { class: "signs" });
  const title = heading("…", `/event/${eventId}`, acts);
  const about = h("p", { class: "about" });
  const connection = h("p", { class: "connection", role: "status", "data-test": "connection" });
  const count = h("p", { class: "count", "data-test": "attendance-count" });
  const paper = h("p", { class: "paper" });
  const code = h("figure", { class: "corner" });
  const addSign = [icon("plus"), textOf(WORDS.add)];
  const addBelow = button(addSign, () => addPerson(eventId, added), { class: "quiet add", "data-test": "add" });
  const nobody = empty("people", t("attendance.none"));
  const showAll = button(t("mark.showAll"), () => finding.clear());
  const notFound = empty("search", t("mark.notFound"), showAll);
  notFound.dataset.test = "not-found";
  const failed = h("div", { "data-test": "failed" });
  const tools = h(
    "div",
    { class: "tools" },
    tool("copy", textOf(WORDS.copy), () => copyList(seen)),
    tool("export", t("attendance.download"), () => download(eventId), "download"),
    tool("print", t("attendance.print"), () => window.print()),
  );
  const head = h("div", { class: "stays" }, h("div", { class: "between" }, count, tools), finding.view);
  const whole = h("div", {}, head, paper, table.table, nobody, notFound, addBelow, table.picked);
  const signature = h("p", { class: "signature" }, textOf(WORDS.signature));
  const times = h(
    "div",
    { class: "times" },
    button(t("manage.prolong"), () => changeTimes(prolong), { class: "plain", "data-test": "prolong" }),
    button(t("manage.end"), () => changeTimes(end), { class: "plain", "data-test": "end" }),
  );
  const below = h("div", { class: "between of-event" }, about, connection, times);
  const view = h("section", { class: "of-sheet" }, code, title, below, failed, whole, signature);

  const hasBegun = () => event !== null && event.time_from <= now();
  const canMark = (/** @type {Row} */ row) =>
    hasBegun() && row.state !== "marked" && row.user_id !== session.value.userId;
  const nameOf = (/** @type {number} */ userId) =>
    rows.find((each) => each.user_id === userId)?.display_name ?? people.value.known.get(userId)?.display_name;

  /**
   * @param {number} userId
   * @param {number | null} n of the mark that I made; null where none stands any more
   * @param {api.Annulled} [annulled] why none does
   */
  function did(userId, n, annulled) {
    const row = rows.find((each) => each.user_id === userId);
    if (row) become(row, n, annulled);
  }

  /**
   * @param {api.Participant} who
   * @param {number | null} n
   * @param {api.Annulled} [annulled]
   */
  function become(who, n, annulled) {
    const marked = { marked_by: session.value.userId, marked_at: Math.floor(now()), grade: "organiser", n };
    const mine = { ...marked, annulled: null };
    const none = { marked_by: null, marked_at: null, grade: null, n: null, annulled };
    const is = n === null ? { state: "joined", ...none } : { state: "marked", ...mine };
    liveSheet.did(/** @type {api.Participant} */ ({ ...who, ...is }));
  }

  /**
   * @param {api.Named} who was not on the sheet
   * @param {number} n
   */
  function added(who, n) {
    const bare = { confirmed: false, state: "joined", marked_by: null, marked_at: null };
    become(/** @type {api.Participant} */ ({ ...bare, ...who }), n);
  }

  /** @param {number} userId */
  function open(userId) {
    const row = rows.find((each) => each.user_id === userId);
    if (event && row) {
      const again = () => liveSheet.again();
      openPerson(event, row, { canMark: canMark(row), nameOf, did: (n, annulled) => did(userId, n, annulled), again });
    }
  }

  /** @param {typeof prolong} change of its times */
  async function changeTimes(change) {
    if (event) await change(event, readEvent);
  }

  async function markChosen() {
    const came = await byHand.mark();
    const what = [
      came.marked > 0 && textOf(WORDS.byHand, { count: came.marked }),
      came.failed > 0 && textOf(WORDS.failed, { count: came.failed }),
    ];
    const text = what.filter(Boolean).join(". ");
    if (text) tell(text, came.failed > 0 ? "bad" : "good");
  }

  function show() {
    const { people: all, connection: is, failed: why } = liveSheet.store.value;
    whole.hidden = signature.hidden = !event || !all;
    refill(failed, !all && why !== "" && empty("lost", why, button(t("again"), () => liveSheet.again())));
    // It may have been changed while nobody told us, and has another end where it has ended
    if (is !== connection.dataset.state && (is === "open" || is === "ended") && event) void readEvent();
    connection.dataset.state = is;
    say(connection, is === "ended" || !all ? "" : t(STATES[is]));
    if (!event || !all) return;
    const isOver = stateOf(event) === "over";
    const nameBeside = (/** @type {number} */ userId) => people.value.known.get(userId)?.display_name;
    rows = rowsOf(all, { creatorId: event.creator_id, isOver }, nameBeside);
    const known = new Map(rows.map((each) => [each.user_id, each]));
    byHand.keep((userId) => {
      const row = known.get(userId);
      return row !== undefined && canMark(row);
    });
    const { wanted } = finding;
    seen = arranged(rows, wanted);
    table.show(seen, { order: wanted.order, chosen: byHand.store.value.chosen, canMark });
    say(count, summary(rows));
    say(paper, [event && span(event), finding.said].filter(Boolean).join(" · "));
    nobody.hidden = rows.length > 0;
    notFound.hidden = rows.length === 0 || seen.length > 0;
    table.table.hidden = seen.length === 0;
    finding.view.hidden = rows.length === 0;
    addBelow.hidden = !hasBegun();
  }

  async function readEvent() {
    try {
      event = await api.event(eventId);
    } catch (error) {
      if (event) return; // as it was known last
      const text = error instanceof Error ? error.message : String(error);
      refill(failed, empty("lost", text, button(t("again"), readEvent)));
      return;
    }
    say(/** @type {Element} */ (title.querySelector("h1")), event.name);
    document.title = event.name;
    refill(about, stateChip(event), h("span", {}, span(event)));
    const isOn = stateOf(event) === "now";
    if (!isOn && times.contains(document.activeElement)) title.querySelector("h1")?.focus();
    times.hidden = !isOn;
    const changes = manageActs(event, readEvent);
    refill(acts, changes.some(Boolean) && menu(t("event.more"), ...changes));
    if (!code.firstChild) refill(code, qrPicture(event));
    show();
  }

  about.addEventListener("changed", () => void readEvent());
  life.watch(liveSheet.store, show);
  life.watch(byHand.store, show);
  life.every(LOOK_EVERY_MS, () => void readEvent());
  life.listen(window, "online", () => liveSheet.retrySoon());
  life.listen(window, "service-back", () => liveSheet.retrySoon());
  life.listen(document, "visibilitychange", () => {
    if (document.visibilityState === "visible" && event && stateOf(event) === "over") liveSheet.again();
  });
  life.add(() => liveSheet.stop());
  void readEvent();
  return { view, title: t("attendance.sheet"), tab: "events", leave: () => life.end(), isWide: true };
}

/**
 * @param {import("../icons.js").Drawing} drawing
 * @param {string} label
 * @param {() => void | Promise<void>} work
 * @param {string} [test]
 */
const tool = (drawing, label, work, test = drawing) => iconButton(drawing, label, work, { "data-test": test });

const STATES = /** @type {const} */ ({
  connecting: "mark.connecting",
  open: "mark.open",
  lost: "mark.lost",
});
