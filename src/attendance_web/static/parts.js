/** Pieces that several screens are made of. */

import { h } from "./dom.js";
import { tellError } from "./notices.js";
import { t } from "./texts.js";
import { span } from "./times.js";

/** @typedef {import("./api.js").Event} Event */
/** @typedef {import("./dom.js").Child} Child */

/**
 * The heading of a screen, which gets the focus when one comes to it.
 * @param {string} text
 * @param {string} [back] where "back" leads
 */
export function heading(text, back) {
  const title = h("h1", { tabindex: -1 }, text);
  if (!back) return h("header", { class: "heading" }, title);
  const arrow = h("a", { href: `#${back}`, class: "back", "aria-label": t("back") }, "‹");
  return h("header", { class: "heading" }, arrow, title);
}

/**
 * A button that cannot be pressed again while it works, and that tells what goes wrong.
 * @param {Child} label
 * @param {() => void | Promise<void>} work
 * @param {Record<string, unknown>} [given]
 */
export function button(label, work, given = {}) {
  const made = h("button", { type: "button", onclick: press, ...given }, label);
  async function press() {
    if (made.getAttribute("aria-busy") === "true") return;
    made.setAttribute("aria-busy", "true");
    try {
      await work();
    } catch (error) {
      tellError(error);
    } finally {
      made.removeAttribute("aria-busy");
    }
  }
  return made;
}

/**
 * A form that is sent once at a time, with what is wrong told inside.
 * @param {Record<string, unknown>} given
 * @param {(form: HTMLFormElement) => Promise<void>} send
 * @param {...Child} children
 */
export function form(given, send, ...children) {
  const wrong = h("p", { class: "bad wrong", role: "alert", "data-test": "form-error" });
  const made = h("form", { ...given, onsubmit: submitted }, ...children.slice(0, -1), wrong);
  const last = children.at(-1);
  if (last) made.append(last);
  /** @param {SubmitEvent} event */
  async function submitted(event) {
    event.preventDefault();
    if (made.getAttribute("aria-busy") === "true") return;
    made.setAttribute("aria-busy", "true");
    wrong.textContent = "";
    try {
      await send(made);
    } catch (error) {
      wrong.textContent = error instanceof Error ? error.message : String(error);
    } finally {
      made.removeAttribute("aria-busy");
    }
  }
  return made;
}

/**
 * @param {string} label
 * @param {HTMLElement} input
 * @param {string} [help]
 */
export function field(label, input, help) {
  return h(
    "label",
    { class: "field" },
    h("span", {}, label),
    input,
    help && h("small", {}, help),
  );
}

/** The tick of somebody whose student record was checked. */
export function tick() {
  return h(
    "span",
    { class: "tick", role: "img", "aria-label": t("confirmed"), title: t("confirmed") },
    "✓",
  );
}

/** @param {string} text */
export function badge(text) {
  return h("span", { class: "badge" }, text);
}

/**
 * Someone of whom only the name is to be seen.
 * @param {{user_id: number, display_name: string}} person
 * @param {...Child} more
 */
export function personLink({ user_id, display_name }, ...more) {
  return h(
    "a",
    { class: "row", href: `#/person/${user_id}`, "data-test": `person-${user_id}` },
    h("span", { class: "name" }, display_name),
    ...more,
  );
}

/**
 * @param {Event} event
 * @param {...Child} more
 */
export function eventLink(event, ...more) {
  return h(
    "a",
    { class: "row", href: `#/event/${event.event_id}`, "data-test": "event" },
    h(
      "span",
      { class: "name" },
      event.name,
      h("small", {}, span(event)),
    ),
    ...more,
  );
}

/**
 * A section that fills itself; what goes wrong is told in it, with a way to try again.
 * @param {Record<string, unknown>} given
 * @param {() => Promise<Child[]>} load
 */
export function loaded(given, load) {
  const made = h("div", given);
  const retry = () => made.isConnected && void again();
  const again = async () => {
    made.setAttribute("aria-busy", "true");
    try {
      const children = await load();
      made.replaceChildren();
      for (const child of children) if (child) made.append(child);
    } catch (error) {
      addEventListener("reached", retry, { once: true });
      const text = error instanceof Error ? error.message : String(error);
      made.replaceChildren(h("p", { class: "bad" }, text), button(t("again"), again));
    } finally {
      made.removeAttribute("aria-busy");
    }
  };
  const first = again();
  return { view: made, again, first };
}

/**
 * A question before something that cannot be undone.
 * @param {string} question
 * @param {string} yes
 * @returns {Promise<boolean>}
 */
export function asked(question, yes) {
  return new Promise((resolve) => {
    const dialog = h(
      "dialog",
      { "aria-labelledby": "question", "data-test": "question" },
      h("h2", { id: "question" }, question),
      h(
        "form",
        { method: "dialog", class: "choices" },
        h("button", { value: "yes", class: "danger", "data-test": "yes" }, yes),
        h("button", { value: "no" }, t("cancel")),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
