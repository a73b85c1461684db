import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Store } from "../../src/attendance_web/static/store.js";

function makeStore() {
  /** @type {(() => void)[]} */
  const due = [];
  const store = new Store({ name: "Anna", count: 0 }, (then) => due.push(then));
  /** @type {number[]} */
  const seen = [];
  return { store, due, seen, draw: () => due.splice(0).forEach((then) => then()) };
}

describe("a store", () => {
  it("tells a watcher what there is, and what it becomes", () => {
    const { store, seen, draw } = makeStore();
    store.watch(({ count }) => seen.push(count));
    store.set({ count: 1 });
    draw();
    assert.deepEqual(seen, [0, 1]);
    assert.equal(store.value.name, "Anna");
  });

  it("tells once of all that changes before the next picture", () => {
    const { store, seen, due, draw } = makeStore();
    store.watch(({ count }) => seen.push(count));
    for (let count = 1; count <= 500; count += 1) store.set({ count });
    assert.equal(due.length, 1);
    draw();
    assert.deepEqual(seen, [0, 500]);
    assert.equal(store.value.count, 500);
  });

  it("tells nobody who has stopped watching", () => {
    const { store, seen, draw } = makeStore();
    const stop = store.watch(({ count }) => seen.push(count));
    store.set({ count: 1 });
    stop();
    draw();
    assert.deepEqual(seen, [0]);
  });
});
