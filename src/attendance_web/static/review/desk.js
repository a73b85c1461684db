/** One scan on the desk: what it shows beside who has sent it, and the decision. */

import * as api from "../api.js";
import { h, refill } from "../dom.js";
import { field, form } from "../forms.js";
import { button, face } from "../parts.js";
import { textOf } from "../texts.js";
import { approveScan, rejectScan } from "./calls.js";
import { image } from "./image.js";
import { REASONS, WORDS } from "./words.js";

/** @typedef {import("./calls.js").Pending} Pending */
/** @typedef {import("./calls.js").Reason} Reason */

/**
 * @param {Pending} pending
 * @param {string} path of its image
 * @param {{judged: (text: string) => Promise<void>, skipped: () => Promise<void>,
 *   failed: (error: unknown) => Promise<void>}} then
 */
export function reviewDesk(pending, path, { judged, skipped, failed }) {
  const { scan, user_id, display_name: name } = pending;
  const shown = image(path, name);
  const who = h("div", { class: "who" }, h("p", { class: "lead" }, name));
  void api.profile(user_id).then((person) => {
    refill(who, face(person, "large"), h("p", { class: "lead" }, name), h("p", {}, person.bio));
  }, () => undefined); // the name is there, which is what counts
  let isBusy = false;
  /** @param {() => Promise<unknown>} work */
  const once = async (work) => {
    if (isBusy) return;
    isBusy = true;
    try {
      await work();
    } catch (error) {
      await failed(error);
    } finally {
      isBusy = false;
    }
  };
  const approve = () =>
    once(async () => {
      await approveScan(scan);
      await judged(textOf(WORDS.approved, { name }));
    });
  const skip = () => once(skipped);
  const reject = () => {
    reasons.hidden = false;
    reasons.querySelector("input")?.focus();
  };
  const reasons = rejecting((reason, note) =>
    once(async () => {
      await rejectScan(scan, reason, note);
      await judged(textOf(WORDS.rejected, { name }));
    }),
  );
  /** @type {Map<string, () => unknown>} by place on the keyboard, whatever language it is in */
  const keys = new Map([
    ["KeyA", approve],
    ["KeyR", reject],
    ["KeyS", skip],
    ["KeyT", shown.rotate],
    ["Equal", shown.closer],
    ["NumpadAdd", shown.closer],
    ["Minus", shown.further],
    ["NumpadSubtract", shown.further],
  ]);
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    const isTyping = event.target instanceof HTMLTextAreaElement;
    const work = keys.get(event.code);
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !work) return;
    event.preventDefault();
    work();
  };
  return h(
    "div",
    { class: "reviewing", tabindex: -1, "data-test": "desk", onkeydown: pressed },
    shown.view,
    h(
      "div",
      { class: "verdict" },
      who,
      h(
        "div",
        { class: "choices" },
        button(textOf(WORDS.approve), approve, { class: "confirm", "data-test": "approve" }),
        button(textOf(WORDS.reject), reject, { class: "danger", "data-test": "reject" }),
        button(textOf(WORDS.skip), skip, { class: "plain", "data-test": "skip" }),
      ),
      reasons,
      h("p", {}, h("small", {}, textOf(WORDS.keys))),
    ),
  );
}

/** @param {(reason: Reason, note: string) => Promise<void>} reject */
function rejecting(reject) {
  const note = h("textarea", { name: "note", "data-field": "note", maxlength: 200, rows: 2 });
  const chips = Object.entries(REASONS).map(([reason, texts], index) =>
    h(
      "label",
      { class: "chip" },
      h("input", {
        type: "radio",
        name: "reason",
        value: reason,
        checked: index === 0,
        "data-test": `reason-${reason}`,
      }),
      h("span", {}, textOf(texts)),
    ),
  );
  const made = form(
    { "data-test": "rejecting", hidden: true },
    async () => {
      const reason = /** @type {Reason} */ (new FormData(made).get("reason"));
      await reject(reason, note.value.trim());
    },
    h("fieldset", { class: "chips" }, h("legend", {}, textOf(WORDS.reason)), ...chips),
    field(textOf(WORDS.note), note),
    h("button", { class: "danger", "data-test": "submit" }, textOf(WORDS.reject)),
  );
  return made;
}
