import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { matcherOf, searchFold, searchLength } from "../../src/attendance_web/static/search.js";

// The service's search is tried with the same examples
/** @type {Record<"same" | "different" | "found" | "notFound", [string, string][]>} */
const EXAMPLES = JSON.parse(readFileSync(new URL("search_fold.json", import.meta.url), "utf8"));

describe("the fold of searches", () => {
  for (const [one, other] of EXAMPLES.same) {
    it(`takes ${one} for ${other}`, () => assert.equal(searchFold(one), searchFold(other)));
  }
  for (const [one, other] of EXAMPLES.different) {
    it(`tells ${one} from ${other}`, () => assert.notEqual(searchFold(one), searchFold(other)));
  }
  for (const [name, part] of EXAMPLES.found) {
    it(`finds ${name} by ${part}`, () => assert.ok(matcherOf(part)(name)));
  }
  for (const [name, part] of EXAMPLES.notFound) {
    it(`does not find ${name} by ${part}`, () => assert.ok(!matcherOf(part)(name)));
  }
  it("finds everybody by nothing", () => assert.ok(matcherOf("  ")("Anna")));
  it("counts code points of what is folded", () => {
    assert.equal(searchLength("  a \u00a0 b\u200b "), 3);
    assert.equal(searchLength("o\ufb03"), 4);
    assert.equal(searchLength("\u{1f393}\u{1f393}"), 2);
  });
});
