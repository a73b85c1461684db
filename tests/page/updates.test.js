import assert from "node:assert/strict";
import { mkdtempSync, cpSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { browser, settled } from "./browser.js";

// A page knows its version by its own address
const folder = join(mkdtempSync(join(tmpdir(), "page-")), "static/0123456789ab");
mkdirSync(folder, { recursive: true });
for (const name of ["updates.js", "store.js"]) {
  cpSync(new URL(`../../src/attendance_web/static/${name}`, import.meta.url), join(folder, name));
}
const address = pathToFileURL(join(folder, "updates.js")).href;
/** @type {typeof import("../../src/attendance_web/static/updates.js")} */
let page;
let loads = 0;
/** @type {any} */
let registration;
/** @type {any} */
let workers;

beforeEach(async () => {
  registration = Object.assign(new EventTarget(), { active: {}, waiting: null, installing: null });
  registration.update = async () => (registration.updates += 1);
  registration.updates = 0;
  workers = Object.assign(new EventTarget(), { controller: {} });
  workers.register = async () => registration;
  Object.assign(navigator, { serviceWorker: workers });
  page = await import(`${address}?${(loads += 1)}`);
  browser.reloadCount = 0;
});

const comes = () => {
  const coming = Object.assign(new EventTarget(), { state: "installed", said: /** @type {any[]} */ ([]) });
  registration.installing = coming;
  registration.dispatchEvent(new Event("updatefound"));
  registration.waiting = Object.assign(coming, {
    postMessage: (/** @type {any} */ said) => coming.said.push(said),
  });
  coming.dispatchEvent(new Event("statechange"));
  return coming;
};

describe("a new version", () => {
  it("is none while the service says this one", async () => {
    await page.keepPage();
    for (const said of ["1.0+0123456789ab", null, "1.0", ""]) page.heardVersion(said);
    assert.deepEqual([page.updates.value.isOffered, registration.updates], [false, 0]);
  });

  it("is looked for once it is heard of, seldom, and offered when it is there as a whole", async () => {
    await page.keepPage();
    for (let each = 0; each < 50; each += 1) page.heardVersion("1.0+ffffffffffff");
    assert.deepEqual([page.updates.value.isOffered, registration.updates], [false, 1]);
    comes();
    assert.equal(page.updates.value.isOffered, true);
  });

  it("is offered at once where nothing is kept", () => {
    page.heardVersion("1.0+ffffffffffff");
    assert.equal(page.updates.value.isOffered, true);
    page.acceptUpdate();
    assert.equal(browser.reloadCount, 1);
  });

  it("is not offered to a first visit, whose page is only just kept", async () => {
    workers.controller = null;
    registration.active = null;
    await page.keepPage();
    comes();
    registration.active = {};
    workers.dispatchEvent(new Event("controllerchange"));
    assert.equal(page.updates.value.isOffered, false);
  });

  it("takes over when somebody says so, and the page is loaded anew then", async (test) => {
    test.mock.timers.enable({ apis: ["setTimeout"] });
    await page.keepPage();
    const coming = comes();
    page.acceptUpdate();
    assert.deepEqual(coming.said, ["take over"]);
    assert.equal(browser.reloadCount, 0);
    workers.dispatchEvent(new Event("controllerchange"));
    assert.equal(browser.reloadCount, 1);
  });

  it("is loaded from the service where the old worker is not let go within 5 s", async (test) => {
    test.mock.timers.enable({ apis: ["setTimeout"] });
    await page.keepPage();
    const coming = comes();
    registration.unregister = async () => (registration.gone = true);
    page.acceptUpdate();
    test.mock.timers.tick(4999);
    assert.deepEqual([coming.said, registration.gone], [["take over"], undefined]);
    test.mock.timers.tick(1);
    await settled();
    assert.deepEqual([registration.gone, browser.reloadCount], [true, 1]);
  });

  it("that was taken in another tab is offered here", async () => {
    await page.keepPage();
    workers.dispatchEvent(new Event("controllerchange"));
    assert.deepEqual([page.updates.value.isOffered, browser.reloadCount], [true, 0]);
  });

  it("waits while somebody is held, or waits", async () => {
    page.setBusy("waiting", true);
    page.setBusy("desk", true);
    page.setBusy("desk", false);
    assert.equal(page.updates.value.isBusy, true);
    page.setBusy("waiting", false);
    assert.equal(page.updates.value.isBusy, false);
    await settled();
  });
});
