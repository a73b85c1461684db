/** Accounts at the university that let me in here, too: seen, linked and unlinked. Contract: 9.6. */

import { proof } from "../access/proof.js";
import { doOrSayWrong } from "../access/wrong.js";
import * as api from "../api.js";
import { get, post } from "../calling.js";
import { h } from "../dom.js";
import { form } from "../forms.js";
import { tell } from "../notices.js";
import { askWhether, button, loaded, rows, section, openDialog } from "../parts.js";
import { t, textOf } from "../texts.js";
import { dayInWords } from "../times.js";
import { WORDS } from "./words.js";

/** @typedef {{link: string, issuer: string, linked_at: number}} Link */

/** It is empty where nobody logs in by a university. */
export function linkSection() {
  const place = h("div", { "data-test": "links" });
  const list = loaded({}, async () => {
    const [{ links }] = await Promise.all([get("/api/auth/GetSessions"), api.currentUser()]);
    const { provider: name } = api;
    if (name === "" && links.length === 0) return [];
    const link = name !== "" && button(textOf(WORDS.link, { name }), begin, { "data-test": "link" });
    return [
      section(
        textOf(WORDS.title, { name }),
        h("p", {}, textOf(WORDS.help)),
        links.length > 0 && rows({}, ...links.map(row)),
        h("div", { class: "choices" }, link),
      ),
    ];
  });
  /** @param {Link} each */
  function row({ link, issuer, linked_at }) {
    const name = new URL(issuer).host;
    const end = async () => {
      if (!(await askWhether(textOf(WORDS.unlinkAsked), textOf(WORDS.unlink)))) return;
      await post("/accounts/oidc/unlink/", { link });
      tell(textOf(WORDS.unlinked));
      await list.again();
    };
    const given = { class: "plain", "aria-label": textOf(WORDS.unlinkNamed, { name }), "data-test": "unlink" };
    const since = textOf(WORDS.linked, { day: dayInWords(linked_at) });
    return h(
      "div",
      { class: "row", "data-test": "linked" },
      h("span", { class: "name" }, name, h("small", {}, since)),
      button(textOf(WORDS.unlink), end, given),
    );
  }
  place.append(list.view);
  return place;
}

/** Goes to the university, once it is shown that it is me. */
function begin() {
  const { asked: proven, password, focus } = proof();
  const body = form(
    { "data-test": "link-proof" },
    async () => {
      const given = { password: password() };
      const { url } = await doOrSayWrong("password", WORDS.wrong, () => post("/accounts/oidc/link/", given));
      location.assign(url);
    },
    proven,
    h(
      "div",
      { class: "choices" },
      h("button", { class: "main", "data-test": "submit" }, textOf(WORDS.link, { name: api.provider })),
      h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, t("cancel")),
    ),
  );
  const dialog = openDialog(textOf(WORDS.proof), { "data-test": "linking" }, body);
  focus();
}
