import assert from "node:assert/strict";
import { beforeEach, describe, it, mock } from "node:test";

mock.timers.enable({ apis: ["setTimeout"] });
const global = /** @type {any} */ (globalThis);
global.window = globalThis;

/** A request that moves and ends when a test has it so. */
class Request {
  /** @type {Request} */
  static last;
  isAborted = false;
  responseText = "";
  upload = { onprogress: (/** @type {object} */ _) => {} };
  onprogress = () => {};
  onload = () => {};
  onabort = () => {};
  onloadend = () => {};
  constructor() {
    Request.last = this;
  }
  open() {}
  setRequestHeader() {}
  getResponseHeader() {
    return null;
  }
  send() {}
  abort() {
    this.isAborted = true;
    this.onabort();
    this.onloadend();
  }
  /** @param {number} loaded of a hundred */
  move(loaded) {
    this.upload.onprogress({ loaded, total: 100, lengthComputable: true });
  }
}
global.XMLHttpRequest = Request;
const { PICTURE_TIMEOUT_MS, send } = await import("../../src/attendance_web/static/sending.js");

describe("a picture on its way", () => {
  /** @type {number[]} */
  let parts = [];
  /** @type {Promise<any>} */
  let answer;

  beforeEach(() => {
    parts = [];
    const progress = (/** @type {number} */ part) => void parts.push(part);
    answer = send("/", { method: "POST", headers: {}, body: "a", timeout: PICTURE_TIMEOUT_MS, progress });
    answer.catch(() => {});
  });

  it("takes as long as it needs while something of it moves", async () => {
    for (const loaded of [10, 20, 30, 40]) {
      mock.timers.tick(PICTURE_TIMEOUT_MS - 1);
      Request.last.move(loaded);
    }
    assert.equal(Request.last.isAborted, false);
    assert.deepEqual(parts, [0.1, 0.2, 0.3, 0.4]);
    Request.last.responseText = "{}";
    Request.last.onload();
    assert.equal((await answer).text, "{}");
  });

  it("is given up once nothing has moved for a minute", async () => {
    Request.last.move(10);
    mock.timers.tick(PICTURE_TIMEOUT_MS - 1);
    assert.equal(Request.last.isAborted, false);
    mock.timers.tick(1);
    assert.equal(Request.last.isAborted, true);
    await assert.rejects(answer);
  });

  it("is not given up after its end", async () => {
    Request.last.onload();
    Request.last.onloadend();
    mock.timers.tick(2 * PICTURE_TIMEOUT_MS);
    assert.equal(Request.last.isAborted, false);
    await answer;
  });
});
