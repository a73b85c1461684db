/** Who has looked at the scans that one has handed in, and what became of them. Contract: 9.10. */

import { h } from "../dom.js";
import { loaded, rows } from "../parts.js";
import { textOf } from "../texts.js";
import { clock, day } from "../times.js";
import { confirmationLog } from "./calls.js";
import { ACTS, JUDGES, WORDS } from "./words.js";

/** @typedef {import("./calls.js").Entry} Entry */

const MAX_ROWS = 50;

/** What is read once somebody wants to see it. */
export function looks() {
  const place = h("div", { "data-test": "looks" });
  let isAsked = false;
  const open = () => {
    if (isAsked) return;
    isAsked = true;
    place.append(list().view);
  };
  const head = h("summary", { "data-test": "who-looked" }, textOf(WORDS.whoLooked));
  return h("details", { ontoggle: open }, head, place);
}

function list() {
  return loaded({}, async () => {
    const entries = await confirmationLog({ limit: MAX_ROWS });
    if (entries.length === 0) return [h("p", { class: "none" }, textOf(WORDS.nobodyLooked))];
    return [rows({}, ...entries.map(row))];
  });
}

/** @param {Entry} each */
function row({ at, what, by, actor_id }) {
  const judge = textOf(JUDGES[by]);
  return h(
    "div",
    { class: "row" },
    h("span", { class: "name" }, textOf(ACTS[what]), h("small", {}, `${day(at)}, ${clock(at)}`)),
    actor_id === null ? h("small", {}, judge) : h("a", { href: `#/person/${actor_id}` }, judge),
  );
}
