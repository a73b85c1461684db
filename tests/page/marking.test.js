import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { browser, settled, wire } from "./browser.js";

const ANNA = 7;
const EVENT = "27b6b8cf-a568-43d3-b5a6-6e374444b2ed";
const START = 1_795_850_000;
let aheadSeconds = 0; // of the service's clock
mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: (START - 7000) * 1000 });
const { Desk } = await import("../../src/attendance_web/static/marking.js");
const { session } = await import("../../src/attendance_web/static/session.js");
const { updates } = await import("../../src/attendance_web/static/updates.js");
session.set({ userId: 12, isKnown: true });

let passedMs = 0;
const began = performance.now();
performance.now = () => began + passedMs;

/** @param {number} seconds */
async function pass(seconds) {
  for (let each = 0; each < seconds; each += 1) {
    passedMs += 1000;
    mock.timers.tick(1000);
    await settled();
  }
}
browser.answers.GetEventByID = () => {
  browser.headers["X-Attendance-Time"] = String(Date.now() / 1000 + aheadSeconds);
  return { event_id: EVENT, name: "Physics", time_from: START, time_to: START + 5400 };
};

/** @param {string} message @param {object} [params] */
const hears = (message, params = {}) => wire().hears({ result: "ok", message, params });

function sits() {
  const desk = new Desk(EVENT);
  wire().opens();
  hears("marking_list", { marking_list: [ANNA], asked_at: [1], users: [] });
  return desk;
}

function confirms(desk = sits()) {
  desk.choose(ANNA);
  hears("prepared", { user_id: ANNA, expires_in: 90 });
  desk.confirm();
  return desk;
}

const MARKED = { display_msg: "!", user_id: ANNA, n: 1, paid: 50 };

describe("a desk before the start", () => {
  it("opens at the start by the service's clock, with a phone that is 2 h behind, and no sooner", async () => {
    aheadSeconds = 7000 - 100; // it begins in 100 s
    const before = browser.wires.length;
    const desk = new Desk(EVENT);
    const refuseAsEarly = () => {
      wire().opens();
      wire().hears({ result: "error", message: "!", params: { code: "event_not_started" } });
      wire().ends(4425);
    };
    refuseAsEarly();
    await settled();
    assert.equal(desk.store.value.begins, START);
    await pass(90);
    assert.equal(browser.wires.length, before + 1);
    await pass(13);
    assert.equal(browser.wires.length, before + 2);
    assert.equal(desk.store.value.begins, null);
    desk.leave();
  });

  it("asks seldom, also where the service says that it has begun and lets nobody in", async () => {
    aheadSeconds = 7200;
    const [sockets, calls] = [browser.wires.length, browser.asked.length];
    const desk = new Desk(EVENT);
    let seen = browser.wires.length;
    for (let each = 0; each < 60; each += 1) {
      if (browser.wires.length > seen || each === 0) {
        seen = browser.wires.length;
        wire().opens();
        wire().ends(4425);
      }
      await pass(1);
    }
    assert.ok(browser.wires.length - sockets <= 12, String(browser.wires.length - sockets));
    assert.ok(browser.asked.length - calls <= 24, String(browser.asked.length - calls));
    desk.leave();
    const after = browser.wires.length;
    await pass(60);
    assert.equal(browser.wires.length, after, "nobody sits there any more");
  });
});

describe("a desk that is left", () => {
  it("before it knows when the class begins opens no more", async () => {
    aheadSeconds = 7200;
    const desk = new Desk(EVENT);
    wire().opens();
    wire().ends(4425);
    desk.leave();
    const before = browser.wires.length;
    await pass(60);
    assert.equal(browser.wires.length, before);
  });
});

describe("a desk", () => {
  it("keeps updates away while somebody is held", () => {
    const desk = confirms();
    assert.equal(updates.value.isBusy, true);
    hears("marked", MARKED);
    assert.equal(updates.value.isBusy, false);
    desk.leave();
  });

  it("is left with whom it holds given back", () => {
    const desk = confirms();
    const socket = wire();
    desk.leave();
    assert.equal(socket.closedWith, 1000);
    assert.equal(updates.value.isBusy, false);
  });

  it("is sat down at again by a word, and at once", () => {
    const desk = sits();
    wire().ends(4410);
    assert.equal(desk.store.value.connection, "ended");
    const before = browser.wires.length;
    desk.again();
    assert.equal(browser.wires.length, before + 1);
    desk.again();
    assert.equal(browser.wires.length, before + 1, "once");
    desk.leave();
  });
});

describe("the undo", () => {
  it("annuls the mark, as of a wrong person", async () => {
    const desk = confirms();
    hears("marked", MARKED);
    browser.answers.AnnulMark = () => ({ n: 2 });
    await desk.undo();
    const { body, headers } = browser.asked.at(-1) ?? {};
    assert.deepEqual(body, { event_id: EVENT, user_id: ANNA, n: 1, reason: "wrong_person" });
    assert.equal(headers?.["X-Attendance-User"], undefined);
    assert.equal(desk.store.value.told?.what, "undone");
    const asked = browser.asked.length;
    await desk.undo();
    assert.equal(browser.asked.length, asked);
    desk.leave();
  });

  it("is there after the connection was lost, and over after 10 s", async () => {
    const desk = confirms();
    hears("marked", MARKED);
    await pass(8);
    wire().ends(1012);
    const asked = browser.asked.length;
    assert.equal(desk.store.value.undo?.n, 1);
    await pass(3);
    await desk.undo();
    assert.equal(browser.asked.length, asked);
    desk.leave();
  });

  it("says why it was refused, and stays where nobody answers", async () => {
    const desk = confirms();
    hears("marked", MARKED);
    browser.isDown = true;
    await desk.undo();
    browser.isDown = false;
    assert.equal(desk.store.value.undo?.isAsked, false);
    browser.answers.AnnulMark = () => ({ error: 3, error_msg: "Changed", code: "record_changed" });
    await desk.undo();
    const { undo, told } = desk.store.value;
    assert.deepEqual([undo, told?.code, told?.text], [null, "record_changed", "Changed"]);
    desk.leave();
  });
});
