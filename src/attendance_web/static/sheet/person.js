/** One person on the sheet: all that was ever recorded of them here, and how it is put right. */

import * as api from "../api.js";
import { h } from "../dom.js";
import { form } from "../forms.js";
import { tell } from "../notices.js";
import { button, loaded, openDialog } from "../parts.js";
import { people, readPeople } from "../people.js";
import { saidOf } from "../refusals/said.js";
import { choice, group } from "../screens/when-fields.js";
import { t, textOf } from "../texts.js";
import { clock, day, now } from "../times.js";
import { GRADES, reasonText } from "./row.js";
import { WORDS } from "./words.js";

/** @typedef {import("./rows.js").Row} Row */

/** That an organiser may have. */
const REASONS = /** @type {const} */ (["wrong_person", "not_present", "duplicate", "other"]);
const MAX_NOTE_LENGTH = 200; // Contract: MarkParticipant

/**
 * @param {api.EventShown} event
 * @param {Row} row as it was when it was opened
 * @param {{canMark: boolean, nameOf: (userId: number) => string | undefined,
 *   did: (n: number | null, annulled?: api.Annulled) => void, again: () => void}} more
 *   `did`: marked by `n`, or no more
 */
export function openPerson(event, row, { canMark, nameOf, did, again }) {
  const { user_id: userId, display_name: name } = row;
  const history = loaded({ class: "history", "data-test": "history" }, async () => {
    const entries = await api.ledger(event.event_id, { user_id: userId });
    await readPeople(entries.map((each) => each.actor_id).filter((each) => nameOf(each) === undefined));
    if (entries.length === 0) return [h("p", { class: "none" }, textOf(WORDS.noHistory))];
    return [h("ol", { role: "list" }, ...entries.map((each, at) => entry(each, at === 0, nameOf)))];
  });
  const note = h("textarea", { name: "note", rows: 2, maxlength: MAX_NOTE_LENGTH });
  const noted = h("label", { class: "field" }, h("span", {}, textOf(WORDS.note)), note);
  /** @param {import("../calling.js").CallFailed} error */
  const changed = (error) => {
    if (error.code !== "changed") throw error;
    again();
    dialog.close();
    tell(saidOf("changed", { name, seconds: 0 }), "bad");
  };
  const mark = async () => {
    const { n } = await api.markParticipant(event.event_id, userId, note.value.trim() || undefined);
    did(n);
    dialog.close();
    tell(t("told.marked", { name, text: "" }).trim());
  };
  /** @param {HTMLFormElement} made */
  const annul = async (made) => {
    const reason = /** @type {api.Reason} */ (new FormData(made).get("reason"));
    const text = note.value.trim() || undefined;
    try {
      await api.annulMark(event.event_id, userId, row.n ?? 0, reason, text);
    } catch (error) {
      return changed(/** @type {import("../calling.js").CallFailed} */ (error));
    }
    did(null, { at: now(), reason, note: text ?? null });
    dialog.close();
    tell(textOf(WORDS.annulled, { name }));
  };
  const profile = h("a", { href: `#/person/${userId}`, class: "button quiet" }, textOf(WORDS.profile));
  const isMarked = row.state === "marked" && Boolean(row.n);
  const close = button(t("close"), () => dialog.close(), { class: "plain", "data-test": "close" });
  const act = isMarked
    ? form(
        { "data-test": "annul" },
        annul,
        h("h3", {}, textOf(WORDS.annul)),
        h("p", { class: "about" }, textOf(WORDS.toAnnul, { name, time: clock(row.marked_at ?? 0) })),
        group(
          textOf(WORDS.reason),
          ...REASONS.map((each, at) => choice("reason", each, t(`reason.${each}`), at === 0)),
        ),
        noted,
        h("div", { class: "choices" }, h("button", { class: "danger", "data-test": "submit" }, textOf(WORDS.annul)), close, profile),
      )
    : canMark
      ? form(
          { "data-test": "mark" },
          mark,
          h("h3", {}, textOf(WORDS.byHandTo)),
          noted,
          h("div", { class: "choices" }, h("button", { class: "confirm", "data-test": "submit" }, t("mark.take")), close, profile),
        )
      : h("div", { class: "choices" }, close, profile);
  const dialog = openDialog(
    name,
    { class: "of-person", "data-test": "of-person" },
    row.group ? h("p", { class: "about" }, row.group) : null,
    h("section", {}, h("h3", {}, textOf(WORDS.history)), history.view),
    act,
  );
}

/**
 * An entry; a mark that stands no more is struck through, and never gone.
 * @param {api.Entry} entry
 * @param {boolean} isLast
 * @param {(userId: number) => string | undefined} nameOf
 */
function entry({ kind, origin, grade, actor_id, at, reason, note, marked_as }, isLast, nameOf) {
  const name = nameOf(actor_id) ?? people.value.known.get(actor_id)?.display_name ?? `№ ${actor_id}`;
  const isMark = kind === "marked";
  const said = isMark ? (origin === "hand" ? WORDS.ofHand : WORDS.ofHold) : WORDS.ofAnnulment;
  const line = textOf(said, { name });
  const why = reason && reasonText(reason);
  const as = marked_as && textOf(WORDS.markedAs, { name: marked_as });
  const facts = [`${day(at)}, ${clock(at)}`, isMark && grade && textOf(GRADES[grade]), why, as, note];
  return h(
    "li",
    { "data-kind": kind },
    isMark && !isLast ? h("s", {}, line) : h("span", {}, line),
    h("small", {}, facts.filter(Boolean).join(" · ")),
  );
}
