import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { NOBODY, folded, ordered } from "../../src/attendance_web/static/fold.js";

const FOLDER = new URL("../../src/attendance_web/wire/vectors/", import.meta.url);
const NOW = 1_800_000_000;
const vectors = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .map((name) => ({ name, ...JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) }))
  .filter(({ socket }) => socket === "marking");

describe("the vectors for clients, as this page folds them", () => {
  it("are there", () => assert.ok(vectors.length > 5));

  for (const { name, steps } of vectors) {
    it(`come to what is true: ${name}`, () => {
      let marking = NOBODY;
      for (const { why, frames, list, holds } of steps) {
        for (const frame of frames) marking = folded(marking, frame, NOW);
        const seen = ordered(marking.list, new Set(), () => "", "");
        assert.deepEqual(seen, list, why);
        assert.equal(marking.chosen?.userId ?? null, holds, why);
      }
    });
  }
});
