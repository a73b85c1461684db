import assert from "node:assert/strict";
import { beforeEach, describe, it, mock } from "node:test";
import { browser, changeVisibility, settled, wire } from "./browser.js";

const ANNA = 7;
const BORIS = 12;
const EVENT = "27b6b8cf-a568-43d3-b5a6-6e374444b2ed";
const OTHER = "11111111-a568-43d3-b5a6-6e374444b2ed";
const NAMED = { name: "Physics", time_from: 1, time_to: 2 };
mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1_795_850_000_000 });
const { wait, waitOn, waiting, stopWaiting, waitsElsewhere } = await import(
  "../../src/attendance_web/static/waiting.js"
);
const { session } = await import("../../src/attendance_web/static/session.js");
const { keptMark } = await import("../../src/attendance_web/static/receipts.js");
const { updates } = await import("../../src/attendance_web/static/updates.js");
session.set({ userId: ANNA, isKnown: true });

let passedMs = 0;
const began = performance.now();
performance.now = () => began + passedMs;

/** @param {number} seconds */
function pass(seconds) {
  for (let each = 0; each < seconds; each += 1) {
    passedMs += 1000;
    mock.timers.tick(1000);
  }
}

/** @param {string} message @param {object} [params] */
const hears = (message, params = {}) => wire().hears({ result: "ok", message, params });

/** @param {number} place */
const stands = (place) => hears("your_place", { place, waiting: 40, markers: 2 });

/** Comes back after so long, in which nobody answers. @param {number} seconds */
function goesAway(seconds) {
  wire().ends(1006);
  pass(seconds);
  const before = browser.wires.length;
  while (browser.wires.length === before) pass(1);
  wire().opens();
}

beforeEach(async () => {
  stopWaiting();
  browser.answers = { GetEventByID: () => ({ event_id: EVENT, ...NAMED }) };
  pass(60);
  wait(EVENT);
  wire().opens();
  await settled();
});

describe("waiting", () => {
  it("asks for news, for this person alone, and knows its class", () => {
    assert.match(wire().address, /\/ws\/mark_me\?event_id=[\w-]+&news=1&as=7$/);
    assert.deepEqual(waiting.value.event, NAMED);
    assert.equal(waiting.value.connection, "connecting");
    assert.equal(updates.value.isBusy, true);
    stopWaiting();
    assert.equal(updates.value.isBusy, false);
  });

  it("says where one stands, how many mark, and who is about to", () => {
    stands(12);
    assert.deepEqual(waiting.value.position, { place: 12, waiting: 40, markers: 2 });
    hears("held", { user_id: BORIS, expires_in: 90, user: { user_id: BORIS, display_name: "Boris" } });
    assert.equal(waiting.value.held?.userId, BORIS);
    hears("let_go");
    assert.equal(waiting.value.held, null);
    hears("event_changed", { name: "Chemistry", time_from: 3, time_to: 4 });
    assert.equal(waiting.value.event?.name, "Chemistry");
  });

  it("keeps its place for the grace, and counts that down", () => {
    stands(12);
    const now = Date.now() / 1000;
    wire().ends(1012);
    assert.equal(waiting.value.connection, "lost");
    assert.equal(waiting.value.keptUntil, now + 15);
    assert.equal(waiting.value.position, null);
    pass(6);
    wire().opens();
    stands(14); // somebody before me has come back, too
    const { connection, keptUntil, isFurtherBack } = waiting.value;
    assert.deepEqual([connection, keptUntil, isFurtherBack], ["open", null, false]);
  });

  it("says that the place was lost, and where one stands now", () => {
    stands(3);
    const { since } = waiting.value;
    goesAway(40);
    hears("pong");
    stands(14);
    assert.equal(waiting.value.isFurtherBack, true);
    assert.equal(waiting.value.position?.place, 14);
    assert.ok((waiting.value.since ?? 0) > (since ?? 0));
  });

  it("says nothing of the kind where one stands as before", () => {
    stands(3);
    goesAway(40);
    stands(3);
    assert.equal(waiting.value.isFurtherBack, false);
  });

  it("goes on in the same place when the page is loaded anew", () => {
    stands(3);
    const { since } = waiting.value;
    window.dispatchEvent(new Event("pagehide"));
    const kept = sessionStorage.getItem("waiting") ?? "";
    stopWaiting();
    sessionStorage.setItem("waiting", kept);
    waitOn();
    wire().opens();
    stands(3);
    assert.deepEqual([waiting.value.isFurtherBack, waiting.value.since], [false, since]);
  });

  it("does not go on for somebody else", () => {
    const kept = sessionStorage.getItem("waiting") ?? "";
    stopWaiting();
    sessionStorage.setItem("waiting", kept);
    session.set({ userId: BORIS });
    waitOn();
    session.set({ userId: ANNA });
    assert.equal(waiting.value.eventId, null);
  });

  it("knows whether it would cost the place in another class", () => {
    assert.equal(waitsElsewhere(EVENT), false);
    assert.equal(waitsElsewhere(OTHER), true);
    stopWaiting();
    assert.equal(waitsElsewhere(OTHER), false);
  });

  it("tells why it is lost, and why it has ended", async () => {
    wire().hears({ result: "error", message: "!", params: { code: "too_many_sockets" } });
    wire().ends(4429);
    assert.deepEqual([waiting.value.connection, waiting.value.reason], ["lost", "too_many_sockets"]);
    pass(10);
    wire().opens();
    wire().hears({ result: "error", message: "!", params: { code: "other_person" } });
    browser.answers.GetCurrentUserId = () => ({ user_id: ANNA });
    wire().ends(4401);
    assert.deepEqual([waiting.value.code, waiting.value.reason], [4401, "other_person"]);
    await settled();
    assert.equal(browser.asked.at(-1)?.path, "/api/auth/GetCurrentUserId");
  });
});

describe("being marked", () => {
  /** @type {any} */
  let entry;
  beforeEach(() => {
    entry = { user_id: ANNA, n: 1, kind: "marked", actor_id: BORIS, at: 1_795_850_100, reason: null };
    browser.answers.GetLedger = () => ({ entries: [entry] });
    browser.answers.GetProfile = ({ query }) => ({
      user_id: Number(query.get("user_id")),
      display_name: query.get("user_id") === String(BORIS) ? "Boris" : "Anna",
    });
  });

  async function getsMarked() {
    hears("was_marked", { user_id: BORIS });
    wire().ends(1000);
    await settled();
  }

  it("gives a receipt, which is kept for when there is no signal", async () => {
    await getsMarked();
    const { markedBy, receipt, connection } = waiting.value;
    assert.deepEqual([markedBy, connection], [BORIS, "ended"]);
    const { by, own, name, marked_at } = receipt ?? {};
    assert.deepEqual([by, own, name, marked_at], ["Boris", "Anna", "Physics", 1_795_850_100]);
    assert.deepEqual(keptMark(ANNA, EVENT), receipt);
    assert.equal(keptMark(BORIS, EVENT), undefined);
  });

  it("keeps what was told, where the signal is gone the next moment", async () => {
    hears("held", { user_id: BORIS, expires_in: 90, user: { user_id: BORIS, display_name: "Boris" } });
    browser.isDown = true;
    await getsMarked();
    browser.isDown = false;
    const { name, by, marked_at } = keptMark(ANNA, EVENT) ?? {};
    assert.deepEqual([name, by, marked_at], ["Physics", "Boris", Date.now() / 1000]);
    assert.equal(waiting.value.receipt, null);
    pass(16);
    await settled();
    assert.equal(keptMark(ANNA, EVENT)?.marked_at, 1_795_850_100, "as the service has it");
    assert.deepEqual(waiting.value.receipt, keptMark(ANNA, EVENT));
  });

  it("is looked at again, and is said not to stand any more", async () => {
    await getsMarked();
    entry = { ...entry, n: 2, kind: "annulled", at: 1_795_850_200, reason: "wrong_person", note: null };
    changeVisibility("hidden");
    pass(16);
    await settled();
    assert.equal(waiting.value.markedBy, BORIS, "nobody looks");
    changeVisibility("visible");
    pass(16);
    await settled();
    const annulled = { at: 1_795_850_200, reason: "wrong_person", note: null };
    assert.deepEqual([waiting.value.markedBy, waiting.value.annulled], [null, annulled]);
    assert.equal(keptMark(ANNA, EVENT), undefined);
    const asked = browser.asked.length;
    pass(60);
    await settled();
    assert.equal(browser.asked.length, asked, "that is that");
  });
});
