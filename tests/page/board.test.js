import assert from "node:assert/strict";
import { describe, it } from "node:test";

const { pathOf } = await import("../../src/attendance_web/static/board/line.js");
const { Pace } = await import("../../src/attendance_web/static/board/pace.js");

describe("the pace", () => {
  it("is how many were marked in each minute, of what was seen", () => {
    const pace = new Pace();
    assert.deepEqual(pace.perMinute, []);
    pace.see(10, 600);
    assert.deepEqual(pace.perMinute, [0]);
    pace.see(12, 659);
    pace.see(13, 661);
    pace.see(13, 719);
    assert.deepEqual(pace.perMinute, [2, 1]);
  });

  it("spreads what came while nobody told it, and takes an annulled mark for none", () => {
    const pace = new Pace();
    pace.see(10, 600);
    pace.see(16, 780);
    assert.deepEqual(pace.perMinute, [0, 2, 2, 2]);
    pace.see(15, 840);
    assert.deepEqual(pace.perMinute, [0, 2, 2, 2, 0]);
  });

  it("has an hour at most, however long nothing was heard", () => {
    const pace = new Pace();
    for (let minute = 0; minute < 100; minute += 1) pace.see(minute, 60 * minute);
    pace.see(100, 60 * 1000);
    assert.equal(pace.perMinute.length, 60);
  });

  it("is drawn between nothing and the most there was", () => {
    assert.equal(pathOf([0, 8, 4]), "M0 100L1 0L2 50");
    assert.equal(pathOf([0, 1]), "M0 100L1 75");
  });
});
