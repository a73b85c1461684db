import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { changeVisibility, settled } from "./browser.js";
import { canStayAwake, stayAwake } from "../../src/attendance_web/static/wake.js";

let [heldCount, askedCount, isAllowed] = [0, 0, true];

class Lock extends EventTarget {
  isHeld = true;

  async release() {
    if (!this.isHeld) return;
    this.isHeld = false;
    heldCount -= 1;
    this.dispatchEvent(new Event("release"));
  }
}
/** @type {Lock | undefined} */
let last;
const wakeLock = {
  async request() {
    askedCount += 1;
    if (!isAllowed) throw new Error("NotAllowedError");
    heldCount += 1;
    last = new Lock();
    return last;
  },
};

describe("the screen", () => {
  it("goes dark as it likes where a browser cannot keep it lit", async () => {
    assert.equal(canStayAwake(), false);
    stayAwake()();
    await settled();
  });

  it("stays lit while anybody wants it, once", async () => {
    Object.assign(navigator, { wakeLock });
    const [one, other] = [stayAwake(), stayAwake()];
    await settled();
    assert.deepEqual([heldCount, askedCount], [1, 1]);
    one();
    one();
    await settled();
    assert.equal(heldCount, 1);
    other();
    await settled();
    assert.equal(heldCount, 0);
  });

  it("is let go while it is hidden, and lit again when it is seen", async () => {
    const end = stayAwake();
    await settled();
    changeVisibility("hidden");
    await last?.release(); // as browsers do
    await settled();
    assert.equal(heldCount, 0);
    changeVisibility("visible");
    await settled();
    assert.equal(heldCount, 1);
    end();
    changeVisibility("visible");
    await settled();
    assert.equal(heldCount, 0);
  });

  it("is not kept lit by a wish that has ended before it was granted, or that is refused", async () => {
    stayAwake()();
    await settled();
    assert.equal(heldCount, 0);
    isAllowed = false;
    stayAwake()();
    await settled();
    assert.equal(heldCount, 0);
  });
});
