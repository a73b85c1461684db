import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isUnknown, leadsTo, linkTo } from "../../src/attendance_web/static/short.js";

const EVENT = "27b6b8cf-a568-43d3-b5a6-6e374444b2ed";

describe("a short address", () => {
  it("leads to the event that the service says it is of", () => {
    for (const path of ["/e/K7M2XP", "/e/k7m2xp", "/e/K7M2XP/", "/e/%4b7M2XP"]) {
      assert.equal(leadsTo(path, "", EVENT), `/#/event/${EVENT}`);
      assert.equal(leadsTo(path, "#top", EVENT), `/#/event/${EVENT}`);
    }
  });

  it("is left where one is at another screen already", () => {
    assert.equal(leadsTo("/e/K7M2XP", "#/people", EVENT), "/#/people");
    assert.equal(leadsTo("/e/K7M2XP", "#/people", ""), "/#/people");
  });

  it("is not known where nobody has answered, and unknown where there is no event", () => {
    assert.equal(leadsTo("/e/K7M2XP", "", undefined), "/#/e/k7m2xp");
    assert.equal(isUnknown("k7m2xp"), false);
    assert.equal(leadsTo("/e/K7M2XP", "", ""), "/#/e/k7m2xp");
    assert.equal(isUnknown("k7m2xp"), true);
    assert.equal(isUnknown("222222"), false);
    assert.equal(leadsTo("/e", "", ""), "/#/e/");
    assert.equal(leadsTo("/e/", "", ""), "/#/e/");
    assert.equal(leadsTo("/e/a/b%2f%3Cscript%3E", "", ""), "/#/e/a/b%2f%3cscript%3e");
  });

  it("is no other address of the page", () => {
    for (const path of ["/", "/events", "/ee/K7M2XP", "/E/K7M2XP", "/x/e/K7M2XP"]) {
      assert.equal(leadsTo(path, "", EVENT), null);
    }
  });

  it("is what one shares; the long one where a service of before says no code", () => {
    Object.assign(globalThis, { location: { origin: "https://a.test" } });
    assert.equal(linkTo({ event_id: EVENT, code: "K7M2XP" }), "https://a.test/e/K7M2XP");
    assert.equal(linkTo({ event_id: EVENT }), `https://a.test/#/event/${EVENT}`);
  });
});
