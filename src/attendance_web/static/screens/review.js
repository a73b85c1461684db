/** The review desk: scans of student records one after another, each judged by one moderator. */

import { CallFailed } from "../calling.js";
import { h, refill } from "../dom.js";
import { tell } from "../notices.js";
import { button, empty, heading, loaded, rows } from "../parts.js";
import { returnScan, takeScan } from "../review/calls.js";
import { reviewDesk } from "../review/desk.js";
import { readQueue } from "../review/queue.js";
import { WORDS } from "../review/words.js";
import { textOf } from "../texts.js";
import { clock, day } from "../times.js";

/** @typedef {import("../review/calls.js").Pending} Pending */

const MAX_ROWS = 50;
const NOT_PERMITTED = 3; // the envelope's number
const RENEWED_AFTER_SHARE = 0.8; // of a lease

/** @returns {import("../router.js").Screen} */
export function reviewScreen() {
  const title = textOf(WORDS.title);
  const queue = loaded({ "data-test": "queue" }, async () => {
    const { pending, count } = await readQueue(MAX_ROWS);
    if (count === 0) return [empty("check", textOf(WORDS.none))];
    const begin = button(textOf(WORDS.begin), next, { class: "main wide", "data-test": "begin" });
    return [h("p", {}, textOf(WORDS.waiting, { count })), begin, rows({}, ...pending.map(row))];
  });
  const place = h("div", {}, queue.view);
  /** @type {Set<string>} skipped, or lost to somebody else, since one has come here */
  const passed = new Set();
  /** @type {string | null} whose lease is ours */
  let taken = null;
  let renewal = 0;

  /** Takes the oldest that can be had, or leads back to the queue. */
  async function next() {
    const { pending } = await readQueue(MAX_ROWS);
    for (const each of pending) {
      if (each.taken_by !== null || passed.has(each.scan)) continue;
      if (await tryToTake(each)) return;
      passed.add(each.scan);
    }
    passed.clear();
    await queue.again();
    refill(place, queue.view);
    view.querySelector("h1")?.focus();
  }
  /**
   * @param {Pending} each
   * @returns {Promise<boolean>} false where it is somebody else's, or nobody's to judge here
   */
  async function tryToTake(each) {
    let lease;
    try {
      lease = await takeScan(each.scan);
    } catch (error) {
      if (error instanceof CallFailed && error.error === NOT_PERMITTED) return false;
      throw error;
    }
    taken = each.scan;
    renew(each.scan, lease.expires_in);
    const made = reviewDesk(each, lease.image, { judged, skipped, failed });
    refill(place, made);
    made.focus();
    return true;
  }
  /** @param {string} scan @param {number} seconds */
  function renew(scan, seconds) {
    clearTimeout(renewal);
    const again = async () => {
      try {
        renew(scan, (await takeScan(scan)).expires_in);
      } catch {
        if (taken === scan) await lost(WORDS.gone);
      }
    };
    renewal = window.setTimeout(() => void again(), seconds * RENEWED_AFTER_SHARE * 1000);
  }
  function letGo() {
    clearTimeout(renewal);
    const scan = taken;
    taken = null;
    return scan;
  }
  /** @param {string} text */
  async function judged(text) {
    letGo();
    tell(text);
    await next();
  }
  async function skipped() {
    const scan = letGo();
    if (scan !== null) {
      passed.add(scan);
      await returnScan(scan);
    }
    await next();
  }
  /** @param {unknown} error */
  async function failed(error) {
    if (!(error instanceof CallFailed) || error.error !== NOT_PERMITTED) throw error;
    await lost(error.code === "changed" ? WORDS.changed : WORDS.isTaken);
  }
  /** @param {Record<import("../texts.js").Language, string>} texts */
  async function lost(texts) {
    letGo();
    tell(textOf(texts), "bad");
    await next();
  }
  const view = h("section", { "data-test": "review" }, heading(title, "/me"), place);
  const leave = () => {
    const scan = letGo();
    if (scan !== null) void returnScan(scan).catch(() => undefined); // its lease ends by itself
  };
  return { view, title, tab: "review", isWide: true, leave };
}

/** @param {Pending} each */
function row({ display_name, uploaded_at, taken_by }) {
  const when = textOf(WORDS.sent, { when: `${day(uploaded_at)}, ${clock(uploaded_at)}` });
  return h(
    "div",
    { class: "row", "data-test": "pending" },
    h("span", { class: "name" }, display_name, h("small", {}, when)),
    taken_by !== null && h("small", {}, textOf(WORDS.taken)),
  );
}
