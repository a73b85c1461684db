import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import "./browser.js";
import { DialogEntry, meant } from "../../src/attendance_web/static/router.js";

const EVENT = "/event/27b6b8cf-a568-43d3-b5a6-6e374444b2ed";

describe("a path", () => {
  it("is what was meant, whatever is behind the link", () => {
    for (const behind of ["", "?utm_source=vk", ".", ",", ").", "…", "/", "»", "?a=1&b=2.", "&ysclid=x", " ", "%C2%BB.", "%20"]) {
      assert.equal(meant(`${EVENT}${behind}`), EVENT, behind);
      assert.equal(meant(`${EVENT}/wait${behind}`), `${EVENT}/wait`, behind);
    }
    for (const first of ["", "/", "?x", "."]) assert.equal(meant(first), "/");
    assert.equal(meant("/e/a/b%2f%3cscript%3e"), "/e/a/b%2f%3cscript");
  });
});

describe("a sheet's entry in the history", () => {
  /** @type {any[]} the states, the one where one is last */
  let entries;
  beforeEach(() => {
    entries = [null];
    const went = () => window.dispatchEvent(new Event("popstate"));
    Object.assign(globalThis, {
      history: {
        get state() {
          return entries.at(-1);
        },
        pushState: (/** @type {any} */ state) => entries.push(state),
        back: () => {
          entries.pop();
          went();
        },
      },
    });
  });

  it("is gone with the sheet, and the screen stays", () => {
    let asked = 0;
    const entry = new DialogEntry(() => (asked += 1));
    entry.open();
    entry.open();
    assert.equal(entries.length, 2);
    entry.close();
    entry.close();
    assert.deepEqual([entries.length, asked], [1, 0]);
  });

  it("has 'back' ask the sheet, which stays open until it is closed", () => {
    let asked = 0;
    const entry = new DialogEntry(() => (asked += 1));
    entry.open();
    history.back();
    history.back();
    assert.deepEqual([entries.length, asked], [2, 2]);
    entry.close();
    assert.deepEqual([entries.length, asked], [1, 2]);
    entries.push("elsewhere");
    history.back();
    assert.equal(asked, 2, "it is closed");
  });

  it("is left alone where one has gone on to another screen", () => {
    const entry = new DialogEntry(() => {});
    entry.open();
    entries.push(null);
    entry.close();
    assert.equal(entries.length, 3);
  });

  it("is not made twice by a page that was loaded anew", () => {
    entries.push({ dialog: true });
    const entry = new DialogEntry(() => {});
    entry.open();
    assert.equal(entries.length, 2);
  });
});
