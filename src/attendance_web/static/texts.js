/** What the page says, by key, in the person's language. */

import { kept } from "./kept.js";
import { WORDS } from "./words.js";

/** @typedef {keyof typeof WORDS} Key */
/** @typedef {"ru" | "en"} Language */

const STORAGE_KEY = "language";
export const LANGUAGES = /** @type {const} */ (["ru", "en"]);

/**
 * The first that we speak of what a person likes to read; Russian where there is none.
 * @param {readonly string[]} liked
 * @returns {Language}
 */
export function preferred(liked) {
  for (const each of liked) {
    const found = LANGUAGES.find((ours) => each.toLowerCase().split(/[-_@]/)[0] === ours);
    if (found) return found;
  }
  return "ru";
}

/** @returns {readonly string[]} what the person likes to read, as the browser says it */
export function liked() {
  return typeof navigator === "undefined" ? [] : (navigator.languages ?? [navigator.language ?? ""]);
}

/** @returns {Language} */
function chosenLanguage() {
  const before = kept.getText(STORAGE_KEY);
  return before === "ru" || before === "en" ? before : preferred(liked());
}

export const language = chosenLanguage();

/**
 * Reads in another language from now on: everything is loaded anew.
 * @param {Language} wanted
 */
export function speak(wanted) {
  kept.setText(STORAGE_KEY, wanted);
  location.reload();
}

/**
 * A text with its words filled in.
 * @param {Key} key
 * @param {Record<string, string | number>} [words]
 * @param {Language} [into]
 */
export function t(key, words = {}, into = language) {
  const text = WORDS[key][into];
  if (typeof text !== "string") throw new TypeError(`${key} counts something`);
  return filled(text, words);
}

/**
 * A text of a table that comes with what it is for.
 * @param {Record<Language, string>} texts
 * @param {Record<string, string | number>} [words]
 */
export const textOf = (texts, words = {}) => filled(texts[language], words);

/**
 * A text about so many.
 * @param {Key} key
 * @param {number} count
 * @param {Record<string, string | number>} [words]
 * @param {Language} [into]
 */
export function counted(key, count, words = {}, into = language) {
  const texts = /** @type {Record<string, string>} */ (/** @type {unknown} */ (WORDS[key][into]));
  const form = new Intl.PluralRules(into).select(count);
  const text = texts[form] ?? texts.other;
  if (text === undefined) throw new TypeError(`${key} has no form for ${count}`);
  return filled(text, { ...words, count });
}

/**
 * @param {string} key
 * @returns {key is Key}
 */
export function isKey(key) {
  return key in WORDS;
}

/**
 * @param {string} text
 * @param {Record<string, string | number>} words
 */
function filled(text, words) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(words[name] ?? ""));
}
