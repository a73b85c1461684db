/** What lies above a screen: a dialog from below on a phone, in the middle of a desk. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { tellError } from "./notices.js";
import { t } from "./texts.js";

/** @typedef {import("./dom.js").Child} Child */
/** @typedef {import("./icons.js").Drawing} Drawing */
/** @typedef {{label: string, drawing: Drawing, work: () => unknown, test?: string}} Action */

let dialogCount = 0;

/**
 * Opens one, which is gone once it is closed.
 * @param {string} title
 * @param {Record<string, unknown>} given
 * @param {...Child} children
 */
export function openDialog(title, given, ...children) {
  const id = `dialog-${++dialogCount}`;
  const head = h("h2", { id, tabindex: -1 }, title);
  const made = h("dialog", { "aria-labelledby": id, ...given }, head, ...children);
  made.addEventListener("close", () => {
    made.remove();
    document.body.toggleAttribute("data-dialog", document.querySelector("dialog[open]") !== null);
  });
  document.body.append(made);
  document.body.setAttribute("data-dialog", "");
  made.showModal();
  head.focus();
  return made;
}

/**
 * A question before something that cannot be undone; nothing that decides has the focus.
 * @param {string} question
 * @param {string} yes
 * @param {{help?: string, look?: string}} [more]
 * @returns {Promise<boolean>}
 */
export function askWhether(question, yes, { help, look = "danger" } = {}) {
  return new Promise((resolve) => {
    const dialog = openDialog(
      question,
      { "data-test": "question" },
      help && h("p", {}, help),
      h(
        "form",
        { method: "dialog", class: "choices" },
        h("button", { value: "yes", class: look, "data-test": "yes" }, yes),
        h("button", { value: "no", class: "plain", "data-test": "no" }, t("cancel")),
      ),
    );
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"));
  });
}

/**
 * What is done seldom, behind one button.
 * @param {string} title
 * @param {...(Action | null | false | undefined)} actions
 */
export function menu(title, ...actions) {
  const open = () => choose(title, ...actions);
  const named = { "aria-label": title, title, "aria-haspopup": "dialog", "data-test": "more" };
  return h("button", { type: "button", class: "round quiet", onclick: open, ...named }, icon("more"));
}

/**
 * Opens one of what can be done, of which one is chosen.
 * @param {string} title
 * @param {...(Action | null | false | undefined)} actions
 */
export function choose(title, ...actions) {
  const items = actions.map((each) => each && h("li", {}, line(each)));
  const dialog = openDialog(
    title,
    { class: "actions", "data-test": "actions" },
    h("ul", { role: "list" }, ...items),
    h("div", { class: "choices" }, closing()),
  );
  dialog.addEventListener("click", (event) => {
    if (isBeside(dialog, event)) dialog.close();
  });
  function closing() {
    return h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, t("close"));
  }
  /** @param {Action} action */
  function line({ label, drawing, work, test }) {
    const chosen = async () => {
      dialog.close();
      try {
        await work();
      } catch (error) {
        tellError(error);
      }
    };
    const given = { type: "button", class: "row", onclick: chosen, "data-test": test };
    return h("button", given, icon(drawing), h("span", { class: "name" }, label));
  }
}

/**
 * @param {HTMLElement} dialog
 * @param {MouseEvent} event
 */
function isBeside(dialog, { target, clientX, clientY }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  const isOver = clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
  return target === dialog && !isOver;
}
