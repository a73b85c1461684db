/** The page's own words for a code, of a call or of a socket. */

import { isKey, t, textOf } from "../texts.js";
import { WORDS_ABOUT_SOMEBODY, WORDS_BY_CODE } from "./words.js";

const SAID = new Map(Object.entries(WORDS_BY_CODE)); // whatever stands in an address may be asked for

/**
 * @param {string} code
 * @param {{name: string, seconds: number}} [somebody] whom it is about, and how long
 * @returns {string} nothing where the page has no words for it
 */
export function saidOf(code, somebody) {
  const key = `code.${code}`;
  if (isKey(key)) return t(key);
  const named = somebody && WORDS_ABOUT_SOMEBODY[code];
  if (named) return textOf(named, somebody);
  const texts = SAID.get(code);
  return texts ? textOf(texts) : "";
}
