import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { loginOf, nextLogin } from "../../src/attendance_web/static/login-name.js";

describe("a log-in made of a name", () => {
  it("is spelled in Latin letters, with dots between", () => {
    assert.equal(loginOf("Анна Белова"), "anna.belova");
    assert.equal(loginOf("Соловьёва-Щукина  Юлия "), "soloveva-shchukina.yuliya");
    assert.equal(loginOf("Ян Ы"), "yan.y");
    assert.equal(loginOf("Їжакевич Єлизавета"), "yizhakevich.yelizaveta");
  });

  it("keeps no accents, apostrophes or other signs", () => {
    assert.equal(loginOf("Zoë O’Brien (2)"), "zoe.obrien.2");
    assert.equal(loginOf("й И\u0306"), "y.y");
    assert.equal(loginOf("Łukasz Strauß"), "lukasz.strauss");
    assert.equal(loginOf("  ...  "), "");
  });

  it("leaves letters that it cannot spell, which the service takes, too", () => {
    assert.equal(loginOf("王 小明"), "王.小明");
  });

  it("is never longer than a log-in may be, and ends with no dot", () => {
    assert.equal(loginOf("щ".repeat(20)).length, 64);
    assert.equal(loginOf(`${"a".repeat(63)} b`), "a".repeat(63));
  });

  it("that is taken is followed by another", () => {
    assert.equal(nextLogin("anna.belova"), "anna.belova2");
    assert.equal(nextLogin("anna.belova9"), "anna.belova10");
    assert.equal(nextLogin("a".repeat(64)), `${"a".repeat(63)}2`);
  });
});
