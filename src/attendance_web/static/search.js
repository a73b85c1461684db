/** The one fold of every search, the same as `search_fold` of the service. Contract: 3.9. No I/O. */

/** @type {[RegExp, string][]} what a search takes for one another; the service has the same table */
const ALIKE = [
  [/ \u0301/g, "'"], // what NFKC makes of an acute accent that stands alone
  [/[\u0060\u02b9\u02bb\u02bc\u02bd\u02c8\u055a\u05f3\u2018\u2019\u201b\u2032\ua78c]/g, "'"],
  [/[\u02d7\u058a\u05be\u1400\u1806\u2010\u2012-\u2015\u2043\u2212\u2e17\u2e1a]/g, "-"],
  [/[\u2e3a\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0\u{10ead}]/gu, "-"],
  [/\u0451/g, "\u0435"], // the Cyrillic letter with two dots
  [/\u0131/g, "i"], // the Turkish one without its dot
  [/\u0307/g, ""], // and what its capital leaves behind an i
  [/\u03c2/g, "\u03c3"], // a sigma at the end of a word
  [/\p{Cf}/gu, ""],
];

/**
 * The key that names are searched by.
 * @param {string} text
 */
export function searchFold(text) {
  const composed = text.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase();
  const folded = ALIKE.reduce((key, [sign, alike]) => key.replace(sign, alike), composed.normalize("NFKC"));
  return folded.replace(/\s+/g, " ").trim();
}

/**
 * How long what was typed is, as the service counts it: in code points.
 * @param {string} part
 */
export const searchLength = (part) => [...searchFold(part)].length;

/**
 * Tells of a name whether each word of what was typed is in it, in any order.
 * @param {string} part
 * @returns {(name: string) => boolean}
 */
export function matcherOf(part) {
  const words = searchFold(part).split(" ");
  return (name) => {
    const key = searchFold(name);
    return words.every((word) => key.includes(word));
  };
}
