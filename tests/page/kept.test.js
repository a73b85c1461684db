import assert from "node:assert/strict";
import { describe, it } from "node:test";

Object.defineProperty(globalThis, "localStorage", {
  get() {
    throw new Error("SecurityError: blocked");
  },
});
Object.defineProperty(globalThis, "sessionStorage", {
  value: {
    getItem: () => null,
    setItem() {
      throw new Error("QuotaExceededError");
    },
  },
});
Object.defineProperty(globalThis, "navigator", {
  value: { languages: ["ru_RU", "en-US@posix", "junk!"] },
});

describe("a browser that keeps nothing", () => {
  it("has the page keep it itself", async () => {
    const { kept, keptHere } = await import("../../src/attendance_web/static/kept.js");
    for (const keeper of [kept, keptHere]) {
      keeper.setText("name", "Anna");
      assert.equal(keeper.getText("name"), "Anna");
      keeper.writeJson("mark", { n: 1 });
      assert.deepEqual(keeper.readJson("mark"), { n: 1 });
      assert.equal(keeper.readJson("name"), null, "what is no JSON is nothing");
      keeper.remove("name");
      assert.equal(keeper.getText("name"), null);
      keeper.clear();
      assert.equal(keeper.getText("mark"), null);
    }
  });

  it("has a page in its own language, whatever languages it names", async () => {
    const { language } = await import("../../src/attendance_web/static/texts.js");
    assert.equal(language, "ru");
    const { localeOf } = await import("../../src/attendance_web/static/times.js");
    assert.equal(localeOf(["ru_RU", "en-US@posix", "junk!"]), "ru");
  });
});
