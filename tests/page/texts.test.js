import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LANGUAGES, counted, preferred, t } from "../../src/attendance_web/static/texts.js";
import { WORDS } from "../../src/attendance_web/static/words.js";

/** @typedef {import("../../src/attendance_web/static/texts.js").Key} Key */

/** @param {string} text */
const blanks = (text) => [...text.matchAll(/\{\w+\}/g)].map(([blank]) => blank).sort();

describe("the language", () => {
  it("is the first that we speak, and Russian where there is none", () => {
    assert.equal(preferred(["de-DE", "en-GB", "ru"]), "en");
    assert.equal(preferred(["ru-RU", "en"]), "ru");
    assert.equal(preferred(["de", "fr"]), "ru");
    assert.equal(preferred([]), "ru");
  });
});

describe("plural forms", () => {
  it("are those of Russian", () => {
    assert.deepEqual(
      [0, 1, 2, 5, 11, 21, 22, 25, 111].map((count) => counted("hold.seconds", count, {}, "ru")),
      [
        "0 секунд",
        "1 секунда",
        "2 секунды",
        "5 секунд",
        "11 секунд",
        "21 секунда",
        "22 секунды",
        "25 секунд",
        "111 секунд",
      ],
    );
  });

  it("are those of English", () => {
    assert.deepEqual(
      [0, 1, 2].map((count) => counted("mark.count", count, {}, "en")),
      ["0 people are waiting", "1 person is waiting", "2 people are waiting"],
    );
  });

  it("are there for every count, in both languages", () => {
    for (const [key, texts] of Object.entries(WORDS)) {
      for (const language of LANGUAGES) {
        if (typeof texts[language] === "string") continue;
        for (const count of [0, 1, 2, 5, 11, 21, 101]) {
          const text = counted(/** @type {Key} */ (key), count, { all: 9 }, language);
          assert.match(text, new RegExp(`\\b${count}\\b`), key);
        }
      }
    }
  });
});

describe("texts", () => {
  it("have their words filled in", () => {
    assert.equal(t("told.refused", { name: "Анна" }, "en"), "Анна is back on the list");
    assert.equal(t("told.refused", { name: "{time}" }, "en"), "{time} is back on the list");
  });

  it("have the same blanks in both languages", () => {
    for (const [key, { ru, en }] of Object.entries(WORDS)) {
      const [first, second] = [ru, en].map((text) =>
        blanks(typeof text === "string" ? text : String(Object.values(text)[0])),
      );
      assert.deepEqual(first, second, key);
    }
  });

  it("that count something are not to be had without a count", () => {
    assert.throws(() => t("hold.seconds"), TypeError);
  });
});
