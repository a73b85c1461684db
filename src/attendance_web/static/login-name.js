/** A log-in made of a name, as passports spell it. No I/O. */

const SPELLED = /** @type {Record<string, string>} */ ({
  а: "a", б: "b", в: "v", г: "g", д: "d", е: "e", ё: "e", ж: "zh", з: "z", и: "i", й: "y", к: "k",
  л: "l", м: "m", н: "n", о: "o", п: "p", р: "r", с: "s", т: "t", у: "u", ф: "f", х: "kh", ц: "ts",
  ч: "ch", ш: "sh", щ: "shch", ъ: "", ы: "y", ь: "", э: "e", ю: "yu", я: "ya", і: "i", ї: "yi",
  є: "ye", ґ: "g", ў: "u", ß: "ss", ø: "o", ł: "l", æ: "ae", œ: "oe", đ: "d",
});
const MAX_LENGTH = 64; // Contract: 2.2
const DOTTED = /[^\p{L}\p{N}_-]+/gu;

/**
 * Like "anna.belova" of Anna Belova in any spelling; letters of scripts that it cannot spell stay as they are.
 * @param {string} name
 */
export function loginOf(name) {
  const words = name.normalize("NFC").toLowerCase();
  const spelled = [...words].map((each) => SPELLED[each] ?? each.normalize("NFD")).join("");
  const plain = spelled.replace(/['’ʼ\p{M}]/gu, "").replace(DOTTED, ".");
  return plain.replace(/^\.+/, "").slice(0, MAX_LENGTH).replace(/\.+$/, "");
}

/**
 * The next to try where one is taken: "anna.belova" gives "anna.belova2", and that "anna.belova3".
 * @param {string} login
 */
export function nextLogin(login) {
  const [, stem = "", count = "1"] = /^(.*?)(\d{0,3})$/.exec(login) ?? [];
  const next = String(Number(count || "1") + 1);
  return stem.slice(0, MAX_LENGTH - next.length) + next;
}
