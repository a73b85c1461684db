/** What I have given to programs: a section with a row each, and ways to make one and to end one. */

import { h } from "../dom.js";
import { tell } from "../notices.js";
import { askWhether, badge, button, loaded, rows, section } from "../parts.js";
import { textOf } from "../texts.js";
import { clock, day, now } from "../times.js";
import { revokeToken, tokens } from "./calls.js";
import { askForToken } from "./making.js";
import { WORDS } from "./words.js";

/** @typedef {import("./calls.js").Token} Token */

export function tokenSection() {
  const list = loaded({ "data-test": "tokens" }, async () => {
    const all = await tokens();
    return [all.length > 0 ? rows({}, ...all.map(row)) : h("p", { class: "none" }, textOf(WORDS.none))];
  });
  const make = button(textOf(WORDS.make), () => askForToken(() => void list.again()), {
    "data-test": "make-token",
  });
  /** @param {Token} each */
  function row(each) {
    const { name, scopes, created_at, used_at, expires_at } = each;
    const isOver = expires_at <= now();
    const used = used_at === null ? textOf(WORDS.unused) : textOf(WORDS.used, { at: moment(used_at) });
    return h(
      "div",
      { class: isOver ? "row over" : "row", "data-test": isOver ? "expired-token" : "token" },
      h(
        "span",
        { class: "name" },
        name,
        h("small", {}, h("code", {}, scopes.join(", "))),
        h("small", {}, `${textOf(WORDS.since, { day: day(created_at) })}, ${used}`),
        h("small", {}, textOf(WORDS.until, { at: moment(expires_at) })),
      ),
      isOver ? badge(textOf(WORDS.expired)) : revoking(each),
    );
  }
  /** @param {Token} each */
  function revoking({ token_id, name }) {
    const end = async () => {
      const help = textOf(WORDS.revokeHelp);
      if (!(await askWhether(textOf(WORDS.revokeAsked, { name }), textOf(WORDS.revoke), { help }))) return;
      await revokeToken(token_id);
      tell(textOf(WORDS.revoked));
      await list.again();
      make.focus(); // the button that was pressed is gone
    };
    const named = { "aria-label": textOf(WORDS.revokeNamed, { name }), "data-test": "revoke" };
    return button(textOf(WORDS.revoke), end, { class: "plain", ...named });
  }
  const way = h("div", { class: "choices" }, make);
  return section(textOf(WORDS.title), h("p", {}, textOf(WORDS.help)), list.view, way);
}

/** @param {number} seconds */
const moment = (seconds) => `${day(seconds)}, ${clock(seconds)}`;
