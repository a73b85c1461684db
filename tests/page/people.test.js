import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { browser } from "./browser.js";
import { findNear, meet, readNear } from "../../src/attendance_web/static/people.js";

const named = (/** @type {number} */ user_id, /** @type {string} */ display_name) => ({
  user_id,
  display_name,
});
browser.answers.GetFriendList = () => ({ friends: [{ ...named(1, "Лев Ким"), pending: false }] });
browser.answers.GetCreatedEvents = () => [{ event_id: "gone" }, { event_id: "e" }];
browser.answers.GetAttendance = ({ query }) =>
  query.get("event_id") === "gone"
    ? { error: 5, error_msg: "!", code: "event_not_found" }
    : { participants: [named(2, "Ли Сергей"), named(3, "Соловьёв Пётр")] };

describe("those near me", () => {
  it("are found by short names, in any order, with ё as е", async () => {
    await readNear();
    meet([{ ...named(4, "Анна Ли"), pic: "", confirmed: false }]);
    const found = (/** @type {string} */ part) => findNear(part).map((each) => each.user_id);
    assert.deepEqual(found("Ким"), [1]);
    assert.deepEqual(found("ким лев"), [1]);
    assert.deepEqual(found("ЛИ"), [4, 2]);
    assert.deepEqual(found("петр солов"), [3]);
    assert.deepEqual(found("никого"), []);
  });

  it("are friends, and the people of classes that are mine, of which few are asked for", () => {
    const asked = browser.asked.map((each) => each.path.split("/").at(-1));
    assert.deepEqual(asked, ["GetFriendList", "GetCreatedEvents", "GetAttendance", "GetAttendance"]);
    assert.equal(browser.asked[1]?.query.get("limit"), "20");
  });
});
