import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { wordsOf } from "../../src/attendance_web/static/refusals.js";
import { saidOf } from "../../src/attendance_web/static/refusals/said.js";
import { WORDS_ABOUT_SOMEBODY, WORDS_BY_CODE } from "../../src/attendance_web/static/refusals/words.js";
import { LANGUAGES, language } from "../../src/attendance_web/static/texts.js";

const OF_THE_SERVICE = "«field» is what a program calls it";

describe("what is said of a refusal", () => {
  for (const [code, texts] of Object.entries(WORDS_BY_CODE)) {
    it(`is a whole sentence for ${code}, whoever and whatever it is about`, async () => {
      for (const each of LANGUAGES) assert.match(texts[each], /^\p{Lu}[^{}«]+$/u);
      const said = await wordsOf(code, OF_THE_SERVICE, 0);
      assert.notEqual(said, OF_THE_SERVICE);
      if (code !== "unavailable") assert.equal(said, texts[language]);
    });
  }

  it("is what the service says where it is of another version, and knows more", async () => {
    assert.equal(await wordsOf("gone_to_the_moon", OF_THE_SERVICE, 0), OF_THE_SERVICE);
    assert.equal(saidOf("gone_to_the_moon"), "");
  });

  it("is known at once where a first visit may meet it", async () => {
    assert.equal(saidOf("username_taken"), await wordsOf("username_taken", OF_THE_SERVICE, 0));
    assert.equal("username_taken" in WORDS_BY_CODE, false);
  });

  it("names somebody, and the seconds, where they are known", () => {
    for (const code of Object.keys(WORDS_ABOUT_SOMEBODY)) {
      const said = saidOf(code, { name: "Anna", seconds: 7 });
      assert.match(said, /Anna|7/);
      assert.notEqual(said, saidOf(code));
    }
  });
});
