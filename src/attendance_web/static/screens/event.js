/** One event: for whoever organises it its code, its list and its settings; for others their way in. */

import * as api from "../api.js";
import { readEventAndMyMark } from "../events.js";
import { h, refill, say } from "../dom.js";
import { icon } from "../icons.js";
import { Life } from "../life.js";
import { heading, iconButton, loaded } from "../parts.js";
import { keepSeen } from "../my-mark.js";
import { people, readPeople } from "../people.js";
import { keptMark } from "../receipts.js";
import { session } from "../session.js";
import { t } from "../texts.js";
import { clock, span } from "../times.js";
import { stateOf } from "../elements/event-state.js";
import { waiting } from "../waiting.js";
import { attendance } from "./attendance.js";
import { stateChip } from "./event-row.js";
import { qrCode } from "./qr-code.js";
import { waitsIn } from "./enter.js";
import { manage, moreActs } from "./event-acts.js";
import { doors, notMe } from "./event-doors.js";
import { keptReceipt } from "./kept-marks.js";
import { share } from "./share.js";
import { undone } from "./undone.js";

/** @typedef {import("../api.js").EventShown} EventShown */
/**
 * What is known of an event that is shown: it, whether I am in it, my last mark if that stands, or
 * how it was annulled, and whether the event has to stay as a record.
 * @typedef {{found: EventShown, isIn: boolean, mark: api.Entry | null, annulled: api.Entry | null,
 *   isRecord: boolean}} Shown
 */
/** @typedef {() => Promise<void>} Again shows it anew, as it is now */

/** @type {import("../router.js").ScreenOf} */
export function event(eventId = "") {
  const life = new Life();
  const acts = h("span", { class: "signs" });
  const title = heading("…", "/", acts);
  const again = async () => {
    await body.again();
    // What had the focus may be gone
    const isLost = document.activeElement === document.body;
    if (isLost) title.querySelector("h1")?.focus({ preventScroll: true });
  };
  let part = life.part(); // what is seen now
  let waitedIn = waitsIn();
  const body = loaded({ class: "event" }, async () => {
    const shown = await read(eventId);
    part.end();
    part = life.part();
    waitedIn = waitsIn();
    say(/** @type {Element} */ (title.querySelector("h1")), shown.found.name);
    document.title = shown.found.name;
    const toShare = iconButton("share", t("share"), () => share(shown.found), { "data-test": "share" });
    refill(acts, shown.found.organiser && toSheet(shown.found), toShare, moreActs(shown, again));
    return shown.found.organiser ? organised(shown, part, again) : attended(shown, again);
  }, withoutSignal);
  function withoutSignal() {
    const mark = keptMark(session.value.userId, eventId);
    if (mark) say(/** @type {Element} */ (title.querySelector("h1")), mark.name);
    return mark ? [keptReceipt(mark)] : [];
  }
  body.view.addEventListener("changed", () => void again());
  life.watch(waiting, () => {
    if (waitedIn === waitsIn()) return;
    waitedIn = waitsIn();
    void again();
  });
  const view = h("section", { class: "class" }, title, body.view);
  return { view, title: t("event"), tab: "events", leave: () => life.end(), isWide: true };
}

/** @param {EventShown} found */
function toSheet({ event_id }) {
  const given = { class: "button quiet", href: `#/event/${event_id}/sheet`, "data-test": "sheet" };
  const label = t("attendance.sheet");
  return h("a", { ...given, "aria-label": label }, icon("table"), h("span", { class: "said" }, label));
}

/**
 * @param {string} eventId
 * @returns {Promise<Shown>}
 */
async function read(eventId) {
  const is = await readEventAndMyMark(eventId);
  const { found, mark } = is;
  const isMine = found.creator_id === session.value.userId;
  // With their names at once, or without: a line that grows later would move what one is to press
  const named = [...(isMine ? [] : [found.creator_id]), ...(mark ? [mark.actor_id, mark.user_id] : [])];
  const [isRecord] = await Promise.all([isMine ? isRecorded(found) : true, readPeople(named)]);
  return { ...is, isRecord };
}

/** @param {number} userId */
const nameOf = (userId) => people.value.known.get(userId)?.display_name;

/**
 * Whether it cannot be deleted any more. Contract: 5.5, 5.6
 * @param {EventShown} found
 */
async function isRecorded(found) {
  if ((await api.ledger(found.event_id, { limit: 1 })).length > 0) return true;
  if (stateOf(found) !== "over") return false;
  return (await api.attendance(found.event_id)).some((each) => each.user_id !== found.creator_id);
}

/**
 * @param {Shown} shown
 * @param {Life} life
 * @param {Again} again
 */
function organised(shown, life, again) {
  const { found } = shown;
  const isOver = stateOf(found) === "over";
  const list = attendance(found, life);
  const ways = h("div", { class: "ways-and-means" }, doors(shown), manage(found, again));
  return [
    about(found),
    mine(shown, again),
    isOver
      ? list
      : h("div", { class: "columns" }, h("div", { class: "acts" }, qrCode(found), ways), list),
  ];
}

/**
 * @param {Shown} shown
 * @param {Again} again
 */
function attended(shown, again) {
  const { found, mark } = shown;
  const isOver = stateOf(found) === "over";
  return [
    h(
      "div",
      { class: "card student" },
      about(found),
      mine(shown, again),
      isOver && !mark && over(),
      !isOver && doors(shown),
    ),
  ];
}

function over() {
  return h("p", { class: "none", "data-test": "over" }, t("event.over"));
}

/** @param {EventShown} found */
function about(found) {
  const name = found.creator_id === session.value.userId ? undefined : nameOf(found.creator_id);
  const by = name && h("span", { "data-test": "by" }, t("event.by", { name }));
  return h("p", { class: "about" }, stateChip(found), h("span", {}, span(found)), by);
}

/**
 * What became of me here, where there is something to tell.
 * @param {Shown} shown
 * @param {Again} again
 */
function mine({ found, mark, annulled }, again) {
  if (mark) return receipt(found, mark, again);
  const isAsking = waitsIn() === found.event_id;
  return annulled && !isAsking && undone(annulled, stateOf(found) === "over");
}

/**
 * That I was marked: by whom, and a way to say that it was not me.
 * @param {EventShown} found
 * @param {api.Entry} mark
 * @param {Again} again
 */
function receipt(found, mark, again) {
  const name = nameOf(mark.actor_id);
  const time = clock(mark.at);
  if (name) keepSeen(found, mark, name);
  const said = name ? t("event.marked", { name, time }) : t("class.marked", { time });
  const line = h("p", { "data-test": "already-marked" }, said);
  return h("div", { class: "card good my-mark" }, icon("check"), line, notMe(found, mark, again));
}
