/** A mark, to be shown at arm's length: solid green, a tick, the time, whose it is and who made it. */

import { h, refill, say } from "../dom.js";
import { icon } from "../icons.js";
import { button, face } from "../parts.js";
import { people, person } from "../people.js";
import { session } from "../session.js";
import { t } from "../texts.js";
import { clock, day, now } from "../times.js";

/** @typedef {import("../receipts.js").Receipt} Receipt */
/** @typedef {{receipt: Receipt | null, markedBy: number | null, event?: {name: string} | null}} MarkShown */

/** @param {() => void} done puts it away */
export function receiptView(done) {
  const title = h("h1", { tabindex: -1 }, t("wait.marked"));
  const time = h("time");
  const own = h("p", { class: "lead", "data-test": "own" });
  const name = h("p");
  const by = h("div", { class: "by" });
  const when = h("div", {}, icon("check", "drawn"), time);
  const what = h("div", { class: "what" }, title, own, name, by);
  const card = h("div", { class: "proof" }, when, what);
  const ready = button(t("wait.done"), done, { "data-test": "done" });
  const view = h(
    "div",
    { class: "receipt", "data-test": "waiting", "data-state": "marked" },
    card,
    ready,
  );
  let shown = "";

  /** @param {MarkShown} is the receipt comes a moment after the mark is known, and moves nothing */
  function show({ receipt, markedBy, event }) {
    if (receipt) {
      say(time, clock(receipt.marked_at));
      time.dateTime = new Date(receipt.marked_at * 1000).toISOString();
    }
    const me = people.value.known.get(session.value.userId ?? 0);
    say(own, receipt?.own ?? me?.display_name ?? "");
    const named = receipt?.name ?? event?.name ?? "";
    say(name, `${named}, ${day(receipt?.marked_at ?? now())}`);
    const marker = person(markedBy ?? 0);
    const who = marker?.display_name ?? receipt?.by ?? "";
    if (shown === `${who} ${marker?.pic}`) return;
    shown = `${who} ${marker?.pic}`;
    by.toggleAttribute("data-unknown", !who);
    const pic = marker?.pic ?? receipt?.pic;
    const known = { user_id: markedBy ?? 0, display_name: who, pic };
    refill(by, face(known), h("span", {}, h("small", {}, t("wait.markedBy")), " ", h("strong", {}, who)));
  }
  return { view, show, focus: () => title.focus({ preventScroll: true }) };
}
