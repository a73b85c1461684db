import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { browser, changeVisibility, settled } from "./browser.js";

const ANNA = 7;
const BORIS = 12;
localStorage.setItem("user", String(ANNA));
sessionStorage.setItem("waiting", "of Anna");
/** @type {number | null} */
let loggedIn = ANNA;
browser.answers.GetCurrentUserId = () => ({ user_id: loggedIn });
const { session, remember, recognise, watchOthers, entered } = await import(
  "../../src/attendance_web/static/session.js"
);
const { keepMark, keptMarks } = await import("../../src/attendance_web/static/receipts.js");
const api = await import("../../src/attendance_web/static/api.js");

describe("a page", () => {
  it("begins as whoever was here last, beside the question who it is", async () => {
    remember();
    assert.deepEqual(session.value, { userId: ANNA, isKnown: true });
    assert.equal(browser.asked.length, 0);
    await recognise();
    assert.equal(browser.reloadCount, 0);
  });

  it("looks who it is when one comes back to it", async () => {
    watchOthers();
    const asked = browser.asked.length;
    changeVisibility("hidden");
    changeVisibility("visible");
    await settled();
    assert.equal(browser.asked.length, asked, "it was asked only just now");
    const looked = performance.now();
    performance.now = () => looked + 6000;
    changeVisibility("visible");
    changeVisibility("visible");
    await settled();
    assert.equal(browser.asked.length, asked + 1);
  });

  it("acts for nobody but the first: where another tab has somebody else, it is loaded anew", async () => {
    keepMark(ANNA, { event_id: "e", name: "Physics", marked_at: 1, marked_by: BORIS, by: "Boris" });
    loggedIn = BORIS;
    location.hash = "#/event/e/wait?utm=1";
    window.dispatchEvent(Object.assign(new Event("storage"), { key: "user" }));
    await settled();
    await new Promise((then) => setTimeout(then, 20));
    assert.equal(browser.reloadCount, 1);
    assert.equal(location.hash, "#/event/e", "Boris has not said that he waits");
    assert.deepEqual(session.value, { userId: ANNA, isKnown: true }, "nothing is done as Boris here");
    browser.answers.JoinEvent = () => ({ error: 3, error_msg: "!", code: "other_person" });
    await assert.rejects(api.joinEvent("e"));
    assert.equal(browser.asked.at(-1)?.headers["X-Attendance-User"], String(ANNA));
    entered(null);
    await new Promise((then) => setTimeout(then, 20));
    assert.equal(browser.reloadCount, 1, "once is enough");
  });

  it("leaves nothing of one person to the next", () => {
    assert.deepEqual(keptMarks(ANNA), []);
    assert.equal(sessionStorage.getItem("waiting"), null);
    assert.equal(localStorage.getItem("user"), null);
  });
});
