import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { browser } from "./browser.js";

// What a browser of 2021 does not have
for (const [owner, name] of /** @type {[any, string][]} */ ([
  [URLSearchParams.prototype, "size"],
  [AbortSignal, "timeout"],
  [AbortSignal, "any"],
  [Array.prototype, "findLast"],
  [Object, "hasOwn"],
  [globalThis, "structuredClone"],
])) {
  delete owner[name];
}
const api = await import("../../src/attendance_web/static/api.js");
const { actFor } = await import("../../src/attendance_web/static/calling.js");

const lastAsked = () => {
  const asked = browser.asked.at(-1);
  if (!asked) throw new Error("nothing was asked");
  return asked;
};

beforeEach(() => {
  browser.answers = {};
  browser.headers = {};
  browser.isDown = false;
  actFor(null, () => {});
});

describe("a call", () => {
  it("has a word for whoever has deleted their account", async () => {
    browser.answers.GetAttendance = () => ({
      participants: [{ user_id: 1, display_name: "" }, { user_id: 2, display_name: "Anna" }],
    });
    const [gone, anna] = await api.attendance("x");
    assert.equal(gone?.deleted, true);
    assert.match(String(gone?.display_name), /\S/);
    assert.deepEqual(anna, { user_id: 2, display_name: "Anna" });
  });

  it("has its arguments, whatever the browser lacks", async () => {
    browser.answers.GetEvents = () => [];
    await api.events({ name: "физика", newest_first: true, limit: 30 });
    assert.equal(String(lastAsked().query.get("name")), "физика");
    assert.equal(lastAsked().query.get("newest_first"), "true");
    assert.equal(lastAsked().query.get("offset"), null);
    assert.equal(lastAsked().headers["X-CSRFToken"], "token");
  });

  it("knows the university that people may log in by, where there is one", async () => {
    browser.answers.GetCurrentUserId = () => ({ user_id: null, provider: "СПбГУ" });
    assert.equal(await api.currentUser(), null);
    assert.equal(api.provider, "СПбГУ");
    browser.answers.GetCurrentUserId = () => ({ user_id: null });
    await api.currentUser();
    assert.equal(api.provider, "");
  });

  it("says whom it is for, once that is known", async () => {
    browser.answers.GetCurrentUserId = () => ({ user_id: 7 });
    assert.equal(await api.currentUser(), 7);
    assert.equal(lastAsked().headers["X-Attendance-User"], undefined);
    actFor(7, () => {});
    await api.joinEvent("e");
    assert.equal(lastAsked().headers["X-Attendance-User"], "7");
    assert.deepEqual(lastAsked().body, { event_id: "e" });
  });

  for (const refusal of [
    { error: 3, error_msg: "!", code: "other_person" },
    { error: 7, error_msg: "!", code: "not_logged_in" },
  ]) {
    it(`that is refused with ${refusal.code} tells that it is not this person any more`, async () => {
      let told = 0;
      actFor(7, () => (told += 1));
      browser.answers.JoinEvent = () => refusal;
      await assert.rejects(api.joinEvent("e"), { code: refusal.code });
      assert.equal(told, 1);
      actFor(null, () => (told += 1));
      await assert.rejects(api.joinEvent("e"));
      assert.equal(told, 1, "nobody was logged in before either");
    });
  }

  it("names the field that is refused", async () => {
    browser.answers.UpdateProfileInfo = () => ({ error: 1, error_msg: "!", code: "bad_length", field: "bio" });
    await assert.rejects(api.updateInfo({ display_name: "A", bio: "" }), { field: "bio" });
    browser.answers.signup = () => ({ error: 6, error_msg: "!", code: "username_taken" });
    await assert.rejects(api.signUp("a", "b"), { field: "username", code: "username_taken" });
  });

  it("says minutes where one has to wait for minutes", async () => {
    browser.answers.login = () => ({ error: 8, error_msg: "in 893 s", code: "too_many_requests" });
    browser.headers = { "Retry-After": "893" };
    await assert.rejects(api.logIn("a", "b"), { message: "Too many attempts. Try again in 15 minutes" });
    browser.headers = { "Retry-After": "1" };
    await assert.rejects(api.logIn("a", "b"), { message: "Too many attempts. Try again in 1 minute" });
  });

  it("that a proxy answers, or nobody, was not answered", async () => {
    browser.answers.JoinEvent = () => "<html>502 Bad Gateway</html>";
    await assert.rejects(api.joinEvent("e"), { error: 0 });
    browser.isDown = true;
    await assert.rejects(api.joinEvent("e"), { error: 0 });
  });
});

describe("a file", () => {
  it("has its name from the service, in Cyrillic too, and times by the phone's zone", async () => {
    browser.headers = {
      "Content-Disposition": `attachment; filename="a.csv"; filename*=UTF-8''%D0%9B%D0%B5%D0%BA.csv`,
    };
    browser.answers.ExportAttendance = () => "name;mark";
    const { file, name } = await api.exportAttendance("e", "csv");
    assert.deepEqual([name, await file.text()], ["Лек.csv", "name;mark"]);
    const asked = Object.fromEntries(lastAsked().query);
    const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
    assert.deepEqual(asked, { event_id: "e", format: "csv", tz });
  });

  it("whose name is misspelled has one all the same", async () => {
    browser.headers = { "Content-Disposition": "attachment; filename*=UTF-8''%D0%" };
    browser.answers.ExportAttendance = () => "PK";
    assert.equal((await api.exportAttendance("e", "xlsx")).name, "attendance.xlsx");
  });

  it("that is refused says why in words", async () => {
    const refusal = { error: 8, error_msg: "!", code: "too_many_requests" };
    browser.answers.ExportAttendance = () => refusal;
    browser.headers = { "Retry-After": "1" };
    const message = "Too many attempts. Try again in 1 minute";
    await assert.rejects(api.exportAttendance("e", "csv"), { message, error: 8 });
    browser.isDown = true;
    await assert.rejects(api.exportAttendance("e", "csv"), { error: 0 });
  });
});
