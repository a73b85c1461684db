/** Pieces that several screens are made of. */

import { h, refill } from "./dom.js";
import "./elements/person-face.js";
import { icon } from "./icons.js";
import { tellError } from "./notices.js";
import { t } from "./texts.js";

export { askWhether, choose, menu, openDialog } from "./dialogs.js";

/** @typedef {import("./dom.js").Child} Child */
/** @typedef {import("./icons.js").Drawing} Drawing */

/**
 * The heading of a screen, which gets the focus when one comes to it.
 * @param {string} text
 * @param {string} [back] where "back" leads
 * @param {...Child} actions what can be done with all of the screen
 */
export function heading(text, back, ...actions) {
  const title = h("h1", { tabindex: -1 }, text);
  const arrow =
    back && h("a", { href: `#${back}`, class: "back", "aria-label": t("back") }, icon("back"));
  return h("header", { class: "heading" }, arrow, title, ...actions);
}

/**
 * A button that cannot be pressed again while it works, and that tells what goes wrong.
 * @param {Child | Child[]} label
 * @param {() => void | Promise<void>} work
 * @param {Record<string, unknown>} [given]
 */
export function button(label, work, given = {}) {
  const made = h("button", { type: "button", onclick: press, ...given }, ...[label].flat());
  async function press() {
    if (made.getAttribute("aria-busy") === "true") return;
    if (made.getAttribute("aria-disabled") === "true") return;
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
 * A button that is a drawing alone.
 * @param {Drawing} drawing
 * @param {string} label what it does, for those who hear it or rest on it
 * @param {() => void | Promise<void>} work
 * @param {Record<string, unknown>} [given]
 */
export function iconButton(drawing, label, work, given = {}) {
  const named = { class: "round quiet", "aria-label": label, title: label, ...given };
  return button(icon(drawing), work, named);
}

/** The tick of somebody whose student record was checked. */
export function tick() {
  const named = { role: "img", "aria-label": t("confirmed"), title: t("confirmed") };
  return h("span", { class: "tick", ...named }, icon("check"));
}

/**
 * @param {string} text
 * @param {"act" | "good" | "warn"} [tone]
 */
export function badge(text, tone) {
  return h("span", { class: tone ? `badge ${tone}` : "badge" }, text);
}

/**
 * Somebody's picture, or their initials.
 * @param {{user_id: number, display_name: string, pic?: string}} person
 * @param {string} [look] its class
 */
export function face({ user_id, display_name, pic }, look) {
  return h("person-face", { user: user_id, name: display_name, src: pic, class: look });
}

/**
 * A list on one surface, an item each.
 * @param {Record<string, unknown>} given
 * @param {...Child} items
 */
export function rows(given, ...items) {
  const each = items.filter(Boolean).map((item) => h("li", {}, item));
  return h("ul", { role: "list", class: "rows", ...given }, ...each);
}

/**
 * A part of a screen, named by its heading.
 * @param {string} title
 * @param {...Child} children
 */
export function section(title, ...children) {
  const id = `section-${++sectionCount}`;
  return h("section", { "aria-labelledby": id }, h("h2", { id }, title), ...children);
}
let sectionCount = 0;

/**
 * What stands where there is nothing yet.
 * @param {Drawing} drawing
 * @param {string | HTMLElement} sentence
 * @param {...Child} buttons one, as a rule
 */
export function empty(drawing, sentence, ...buttons) {
  const said = typeof sentence === "string" ? h("p", {}, sentence) : sentence;
  return h("div", { class: "empty" }, icon(drawing), said, ...buttons);
}

/**
 * Somebody in a list.
 * @param {{user_id: number, display_name: string, pic?: string}} person
 * @param {...Child} more
 */
export function personLink(person, ...more) {
  return h(
    "a",
    { class: "row", href: `#/person/${person.user_id}`, "data-test": `person-${person.user_id}` },
    face(person),
    h("span", { class: "name" }, person.display_name),
    ...more,
  );
}

/**
 * A section that fills itself; what goes wrong is told in it, with a way to try again.
 * @param {Record<string, unknown>} given
 * @param {() => Promise<Child[]>} load
 * @param {() => Child[]} [meanwhile] what there is to see of it while it cannot be loaded
 */
export function loaded(given, load, meanwhile = () => []) {
  const made = h("div", given);
  const retry = () => made.isConnected && void again();
  const again = async () => {
    made.setAttribute("aria-busy", "true");
    try {
      refill(made, ...(await load()));
    } catch (error) {
      addEventListener("service-back", retry, { once: true });
      const text = error instanceof Error ? error.message : String(error);
      refill(made, ...meanwhile(), empty("lost", text, button(t("again"), again)));
    } finally {
      made.removeAttribute("aria-busy");
    }
  };
  const first = again();
  return { view: made, again, first };
}
