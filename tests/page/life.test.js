import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import "./browser.js";
import { Life } from "../../src/attendance_web/static/life.js";
import { Store } from "../../src/attendance_web/static/store.js";

describe("a life", () => {
  it("ends with all that goes on in it", () => {
    mock.timers.enable({ apis: ["setInterval"] });
    const store = new Store({ name: "Anna" }, (then) => then());
    const life = new Life();
    let [seen, done, ended] = [0, 0, 0];
    life.watch(store, () => (seen += 1));
    life.every(1000, () => (done += 1));
    life.add(() => (ended += 1));
    mock.timers.tick(2000);
    assert.deepEqual([seen, done, ended, store.watcherCount], [1, 2, 0, 1]);
    life.end();
    life.end();
    store.set({ name: "Boris" });
    mock.timers.tick(2000);
    assert.deepEqual([seen, done, ended, store.watcherCount], [1, 2, 1, 0]);
  });

  it("that is over takes nothing in", () => {
    const store = new Store({ name: "Anna" }, (then) => then());
    const life = new Life();
    let ended = 0;
    life.end();
    life.watch(store, () => {});
    life.add(() => (ended += 1));
    assert.deepEqual([store.watcherCount, ended], [0, 1]);
  });

  it("has parts, which end by themselves or with it", () => {
    const life = new Life();
    const told = /** @type {string[]} */ ([]);
    const [one, other] = [life.part(), life.part()];
    one.add(() => told.push("one"));
    other.add(() => told.push("other"));
    one.end();
    assert.deepEqual(told, ["one"]);
    life.end();
    assert.deepEqual(told, ["one", "other"]);
  });
});
