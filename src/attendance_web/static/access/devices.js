/** Where I am logged in, and ending it on a device that I have lost or lent. */

import { h } from "../dom.js";
import { tell } from "../notices.js";
import { askWhether, badge, button, loaded, rows } from "../parts.js";
import { textOf } from "../texts.js";
import { clock, day } from "../times.js";
import { endOtherSessions, endSession, sessions } from "./calls.js";
import { WORDS } from "./words.js";

/** @typedef {import("./calls.js").Session} Session */

/** @param {() => void} seen is called each time they are known */
export function devices(seen) {
  const list = loaded({ "data-test": "devices" }, async () => {
    const all = await sessions();
    seen();
    const others = all.some(({ current }) => !current);
    return [rows({}, ...all.map(row)), others && endingOthers()];
  });
  /** @param {Session} each */
  function row({ session, created_at, used_at, client, current }) {
    const name = client || textOf(WORDS.unknown);
    const since = textOf(WORDS.since, { since: moment(created_at), used: moment(used_at) });
    const end = async () => {
      await endSession(session);
      tell(textOf(WORDS.ended));
      await list.again();
      list.view.querySelector("button")?.focus(); // the one that was pressed is gone
    };
    const given = { class: "plain", "aria-label": textOf(WORDS.endNamed, { name }), "data-test": "end" };
    return h(
      "div",
      { class: "row", "data-test": current ? "this-device" : "device" },
      h("span", { class: "name" }, name, h("small", {}, since)),
      current ? badge(textOf(WORDS.here), "good") : button(textOf(WORDS.end), end, given),
    );
  }
  function endingOthers() {
    const end = async () => {
      if (!(await askWhether(textOf(WORDS.endOthersAsked), textOf(WORDS.endOthers)))) return;
      await endOtherSessions();
      tell(textOf(WORDS.othersEnded));
      await list.again();
    };
    const given = { class: "plain wide", "data-test": "end-others" };
    return h("div", { class: "choices" }, button(textOf(WORDS.endOthers), end, given));
  }
  return list;
}

/** @param {number} seconds */
const moment = (seconds) => `${day(seconds)}, ${clock(seconds)}`;
