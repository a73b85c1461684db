import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { describe, it, mock } from "node:test";
import "./browser.js";

const HOURS = 3600;
const REAL = 1_795_850_000; // by the service's clock

mock.timers.enable({ apis: ["Date"], now: (REAL + 2 * HOURS) * 1000 });
const times = await import("../../src/attendance_web/static/times.js");

/** @param {number} seconds by the phone's clock */
const passes = (seconds) => mock.timers.tick(seconds * 1000);

describe("the time", () => {
  it("is the phone's where the service has not said anything", () => {
    assert.equal(times.now(), REAL + 2 * HOURS);
    times.learnTime()(null);
    times.learnTime()("soon");
    times.learnTime()("-1");
    assert.equal(times.now(), REAL + 2 * HOURS);
  });

  it("is the service's with a phone that is two hours ahead", () => {
    const learned = times.learnTime();
    passes(0.2);
    learned(String(REAL + 0.1));
    assert.ok(Math.abs(times.now() - (REAL + 0.2)) <= 0.1);
    passes(60);
    assert.ok(Math.abs(times.now() - (REAL + 60.2)) <= 0.1);
  });

  it("is known no worse after an answer that took long", () => {
    const before = times.now();
    const learned = times.learnTime();
    passes(10);
    learned(String(REAL + 62));
    assert.ok(Math.abs(times.now() - (before + 10)) < 0.2);
  });

  it("follows a phone whose clock is set right meanwhile, and is not moved by a jump on the way", () => {
    const learned = times.learnTime();
    mock.timers.setTime((REAL + 100) * 1000); // back by two hours
    learned(String(REAL + 100));
    times.learnTime()(String(REAL + 100));
    assert.ok(Math.abs(times.now() - (REAL + 100)) < 0.2);
  });

  it("is asked for in one place alone", () => {
    const folder = new URL("../../src/attendance_web/static/", import.meta.url);
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const modules = names.filter((name) => name.endsWith(".js"));
    assert.ok(modules.length > 40);
    for (const name of modules) {
      const found = readFileSync(new URL(name, folder), "utf8").match(/Date\.now|new Date\(\)/g) ?? [];
      assert.equal(found.length, name === "times.js" ? 1 : 0, name);
    }
  });
});

describe("the country's habits", () => {
  it("are those of the first that is a language, and ours", () => {
    assert.equal(times.localeOf(["de-DE", "en-US"]), "en-US");
    for (const junk of [["en_US", "en"], ["en-US@posix"], ["en-"], [""], [], ["en-GB-u-ca-nonsense-x"]]) {
      assert.doesNotThrow(() => times.localeOf(junk));
      assert.match(times.localeOf(junk), /^en/);
    }
  });
});

describe("a day", () => {
  it("has its year where that is another", () => {
    assert.match(times.day(REAL + 400 * 24 * HOURS), /2027|2028/);
    assert.doesNotMatch(times.day(REAL + 3 * 24 * HOURS), /20\d\d/);
  });

  it("is today and tomorrow by the service's clock", () => {
    assert.equal(times.day(times.now()), "today");
    assert.equal(times.day(times.dayFromNow(1).from), "tomorrow");
    const { from, to } = times.dayFromNow();
    assert.ok(from <= times.now() && times.now() < to);
    assert.ok(times.isToday({ time_from: from - 1, time_to: from + 1 }));
    assert.ok(!times.isToday({ time_from: to, time_to: to + 1 }));
  });

  it("goes into a field and comes back out of it", () => {
    const whole = Math.floor(REAL / 60) * 60;
    assert.equal(times.timeOfField(times.fieldTime(whole)), whole);
    assert.equal(times.timeOfField(""), null);
  });
});

describe("from when to when", () => {
  /** @param {number} hours @param {number} minutes of that evening, by the phone's zone */
  const evening = (hours, minutes) => new Date(2026, 10, 3, hours, minutes).getTime() / 1000;
  const time_from = evening(23, 15);

  it("goes without a day for an end in the same night, and says it of a later one", () => {
    assert.match(times.span({ time_from, time_to: evening(24, 45) }), /\d–\u2060\d/);
    assert.match(times.span({ time_from, time_to: evening(36, 0) }), /\d – \D+\d/);
  });
});
