/** What is said of a refusal: the page's own words where it has some, else those of the service. */

import { counted, isKey, t } from "./texts.js";

/**
 * Words that a first visit does not need come when they are wanted: the service has just answered.
 * @param {string} code of the refusal. Contract: 1.15
 * @param {string} text what the service says of it
 * @param {number} seconds after which to try again; 0 where it does not matter
 */
export async function wordsOf(code, text, seconds) {
  if (code === "too_many_requests") return counted("tooOften", Math.max(1, Math.ceil(seconds / 60)));
  if (code === "unavailable") return t("not.answered"); // it may have been done after all
  const key = `code.${code}`;
  if (isKey(key)) return t(key);
  try {
    return (await import("./refusals/said.js")).saidOf(code) || text;
  } catch {
    return text; // the service has gone on to another version meanwhile
  }
}
