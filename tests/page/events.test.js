import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { browser } from "./browser.js";

const { readAttended, readOwnPast, readOwnToCome } = await import(
  "../../src/attendance_web/static/events.js"
);
const { keepMark, keptMarks } = await import("../../src/attendance_web/static/receipts.js");
const { entered } = await import("../../src/attendance_web/static/session.js");

const HOUR = 3600;
const NOW = Date.now() / 1000;
const ME = 7;

/** @typedef {import("../../src/attendance_web/static/api.js").Event} Event */

/** @param {number} number @param {number} start in hours from now @param {number} [hours] it lasts */
const event = (number, start, hours = 1) => ({
  event_id: `e${String(number).padStart(3, "0")}`,
  name: `Class ${number}`,
  time_from: Math.floor(NOW + start * HOUR),
  time_to: Math.floor(NOW + (start + hours) * HOUR),
});

/**
 * As the service answers it. Contract: 5.9, 5.10
 * @param {Event[]} all
 * @returns {(asked: import("./browser.js").Asked) => Event[]}
 */
const listOf = (all) => ({ query }) => {
  const after = Number(query.get("ends_after") ?? -1);
  const before = Number(query.get("starts_before") ?? Infinity);
  const found = all.filter((each) => each.time_to > after && each.time_from < before);
  const order = query.get("newest_first") === "true" ? -1 : 1;
  found.sort((one, other) => order * (one.time_from - other.time_from));
  return found.slice(0, Number(query.get("limit")));
};

/** @param {Event[]} joined @param {Event[]} [made] */
function serveLists(joined, made = []) {
  browser.answers.GetJoinedEvents = listOf(joined);
  browser.answers.GetCreatedEvents = listOf(made);
}

/** @returns {Promise<string[][]>} the names on each page of what is over */
async function allPast() {
  const found = [];
  for (let end; ; ) {
    const page = await readOwnPast(end);
    found.push(page.own.map((each) => each.name));
    end = page.end;
    if (!end) return found;
  }
}

describe("my events", () => {
  beforeEach(() => {
    browser.answers = {};
    entered(ME);
  });

  it("that are over come a page at a time, each once, and it is known which page is the last", async () => {
    const all = Array.from({ length: 95 }, (_, index) => event(index, -2 - index));
    serveLists(all.filter((_, index) => index % 3), all.filter((_, index) => index % 2));
    const pages = await allPast();
    const mine = all.filter((_, index) => index % 3 || index % 2).map((each) => each.name);
    assert.deepEqual(pages.flat(), mine);
    assert.deepEqual(pages.map((each) => each.length), [30, 30, mine.length - 60]);
  });

  it("that run keep none of the past ones from being found", async () => {
    const running = Array.from({ length: 31 }, (_, index) => event(index, -0.5 - index / 100));
    const over = [event(50, -30), event(51, -40)];
    serveLists([...running, ...over]);
    assert.deepEqual((await allPast()).flat(), ["Class 50", "Class 51"]);
  });

  it("of exactly one page have no second one", async () => {
    serveLists(Array.from({ length: 30 }, (_, index) => event(index, -2 - index)));
    assert.equal((await allPast()).length, 1);
    serveLists(Array.from({ length: 30 }, (_, index) => event(index, 2 + index)));
    assert.equal((await readOwnToCome()).isLast, true);
  });

  it("to come are read on from the first one, in the order of both lists", async () => {
    const all = Array.from({ length: 70 }, (_, index) => event(index, 2 + index));
    serveLists(all.slice(0, 40), all.slice(25));
    const sizes = [];
    for (const pages of [1, 2, 3]) {
      const { own, isLast } = await readOwnToCome(pages);
      assert.deepEqual(own, all.slice(0, own.length).map((each) => own.find(({ name }) => name === each.name)));
      sizes.push([own.length, isLast]);
    }
    assert.deepEqual(sizes, [[30, false], [60, false], [70, true]]);
  });
});

describe("what is kept of a mark", () => {
  it("goes when it turns out to be annulled, and no other does", async () => {
    entered(ME);
    for (const event_id of ["stands", "gone"]) {
      keepMark(ME, { event_id, name: event_id, marked_at: 1, marked_by: 8, by: "Vera" });
    }
    browser.answers.GetMyAttendance = () => [
      { event_id: "stands", marked_at: 1, annulled: null },
      { event_id: "gone", marked_at: null, annulled: { at: 2, reason: "other", note: null } },
    ];
    await readAttended({ limit: 20 });
    assert.deepEqual(keptMarks(ME).map((each) => each.event_id), ["stands"]);
    assert.deepEqual(keptMarks(ME + 1), [], "they are nobody else's");
  });
});
