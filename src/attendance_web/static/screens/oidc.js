/** What one is told who comes back from the university and is not let in. Contract: 9.5. */

import { h } from "../dom.js";
import { WORDS } from "../oidc/words.js";
import { heading } from "../parts.js";
import { saidOf } from "../refusals/said.js";
import { session } from "../session.js";
import { textOf } from "../texts.js";

/**
 * @param {string} code of the refusal
 * @returns {import("../router.js").Screen}
 */
export function notLetIn(code) {
  const isIn = session.value.userId !== null;
  const title = textOf(isIn ? WORDS.notLinked : WORDS.notLetIn);
  const given = { class: "button main wide", href: isIn ? "#/access" : "#/", "data-test": "go-on" };
  const view = h(
    "section",
    { class: "narrow welcome" },
    heading(title),
    h("p", { role: "status", "data-test": "why" }, why(code)),
    h("a", given, textOf(isIn ? WORDS.back : WORDS.again)),
  );
  return { view, title };
}

/** @param {string} code whatever stands in the address */
function why(code) {
  if (code === "unavailable") return textOf(WORDS.silent); // the university, and not we
  return saidOf(code) || textOf(WORDS.other);
}
