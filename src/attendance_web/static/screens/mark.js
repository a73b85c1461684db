/** Marking others: who waits, one of them held, and one word about them. */

import * as api from "../api.js";
import { KeyedList, h, refill, say } from "../dom.js";
import "../elements/count-down.js";
import { ordered } from "../fold.js";
import { Desk } from "../marking.js";
import { Whisper, tell } from "../notices.js";
import { button, heading } from "../parts.js";
import { people, person, readFriends } from "../people.js";
import { counted, isKey, t } from "../texts.js";
import { clock, day } from "../times.js";
import { makeRow, mendRow } from "./mark-row.js";
import { HoldDialog } from "./hold.js";

/** @typedef {import("../marking.js").AtTheSheet} AtTheSheet */

/** @type {import("../router.js").ScreenOf} */
export function markScreen(eventId = "") {
  const back = `/event/${eventId}`;
  const title = h("p", { class: "lead" });
  const connection = h("p", { class: "connection", role: "status", "data-test": "connection" });
  const count = h("p", { class: "count", "data-test": "count" });
  const search = h("input", {
    type: "search",
    placeholder: t("mark.search"),
    "aria-label": t("mark.search"),
    "data-test": "search",
  });
  const list = h("ul", {
    class: "people",
    tabindex: -1,
    "data-test": "waiting-list",
    "aria-label": t("mark.list"),
  });
  const none = h("p", { class: "none" }, t("mark.none"));
  const ended = h("div", { class: "ended" });
  const desk = new Desk(eventId);
  const rows = new KeyedList(
    list,
    (/** @type {number} */ userId) => userId,
    (userId) => mendRow(makeRow(userId, () => desk.choose(userId)), desk.store.value, userId),
    (row, userId) => mendRow(row, desk.store.value, userId),
  );
  const hold = new HoldDialog(
    () => desk.confirm(),
    () => desk.refuse(),
  );
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
  const show = () => {
    const is = desk.store.value;
    const nameOf = (/** @type {number} */ userId) => person(userId)?.display_name ?? "";
    rows.show(ordered(is.list, people.value.friends, nameOf, search.value));
    say(count, counted("mark.count", is.list.size));
    connection.dataset.state = is.connection;
    say(connection, is.connection === "ended" ? "" : t(STATES[is.connection]));
    list.classList.toggle("stale", is.connection !== "open");
    none.hidden = is.list.size > 0 || is.connection !== "open";
    search.hidden = count.hidden = is.list.size === 0;
    const wasHeld = hold.view.open;
    hold.show(is);
    // The row that had the focus before may be gone with the person
    const focused = document.activeElement;
    const isLost = focused === document.body || hold.view.contains(focused);
    if (wasHeld && !hold.view.open && isLost) list.focus({ preventScroll: true });
    if (is.told) {
      speak(is.told);
      desk.heard();
    }
    if (is.connection === "ended" && is.code) finish(is);
    else ended.replaceChildren();
    if (is.event) say(title, is.event.name);
  };
  /** @param {AtTheSheet} is */
  const finish = ({ begins, reason }) => {
    list.replaceChildren();
    const key = `code.${reason}`;
    const time = begins === null ? "" : `${day(begins)}, ${clock(begins)}`;
    const text = time ? t("mark.begins", { time }) : t(isKey(key) ? key : "code.other");
    if (ended.firstChild?.textContent === text) return;
    const again = button(t("again"), () => desk.again(), { "data-test": "again" });
    refill(ended, h("p", { class: "card" }, text), again);
  };
  const unwatch = desk.store.watch(() => {
    show();
    whisper.changed();
  });
  search.oninput = show;
  const forget = people.watch(show);
  void readFriends().catch(() => undefined);
  void api.event(eventId).then((found) => say(title, found.name)).catch(() => undefined);
  const view = h("section", {}, heading(t("mark"), back), title, connection, count, search);
  view.append(list, none, ended, hold.view);
  const leave = () => {
    unwatch();
    forget();
    whisper.stop();
    hold.close();
    desk.leave();
  };
  return { view, title: t("mark"), tab: "events", leave };
}

const STATES = /** @type {const} */ ({
  connecting: "mark.connecting",
  open: "mark.open",
  lost: "mark.lost",
});

/** @param {import("../fold.js").Told} told */
function speak(told) {
  const name = person(told.userId ?? 0)?.display_name ?? "";
  switch (told.what) {
    case "marked":
      return tell(t("told.marked", { name, text: told.text ?? "" }));
    case "refused":
      return tell(t("told.refused", { name }));
    case "faster":
      return tell(t("told.faster", { name }), "bad");
    case "expired":
      return tell(t("told.expired", { name }), "bad");
    case "undone":
      return tell(t("told.undone", { name }));
    case "notSent":
      return tell(t("not.sent"), "bad");
    case "code": {
      const key = `code.${told.code}`;
      const words = { seconds: told.seconds ?? 0 };
      return tell(isKey(key) ? t(key, words) : (told.text ?? t("code.other")), "bad");
    }
  }
}
