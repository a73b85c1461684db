import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { browser, settled } from "./browser.js";
import { SetWorld } from "./world.js";

const { ByHand } = await import("../../src/attendance_web/static/sheet/by-hand.js");
const { READ_EVERY_MS, LiveSheet } = await import("../../src/attendance_web/static/sheet/live-sheet.js");
const { arranged, asText, countsOf, rowsOf } = await import("../../src/attendance_web/static/sheet/rows.js");
await import("../../src/attendance_web/static/refusals/said.js"); // a page has it by then

const CLASS = { creatorId: 1, isOver: false };
const EVENT = "e";

/**
 * @param {number} user_id
 * @param {string} display_name
 * @param {object} [more]
 * @returns {import("../../src/attendance_web/static/api.js").Participant}
 */
const somebody = (user_id, display_name, more = {}) => ({
  user_id,
  display_name,
  confirmed: false,
  state: "joined",
  marked_by: null,
  marked_at: null,
  ...more,
});
const marked = (/** @type {number} */ by, /** @type {number} */ at) => ({
  state: "marked",
  marked_by: by,
  marked_at: at,
  n: 1,
});

describe("the rows of a sheet", () => {
  const PEOPLE = [
    somebody(1, "Creator"),
    somebody(2, "Young Adam", { group: "B", ...marked(3, 20), grade: "peer" }),
    somebody(3, "brown Ann", { group: "A", ...marked(9, 10), grade: "organiser" }),
    somebody(4, "Cooper Carl", { state: "held" }),
    somebody(5, "Evans Olivia", { state: "left" }),
  ];
  const rows = rowsOf(PEOPLE, CLASS, (id) => (id === 9 ? "A helper" : undefined));
  const numbersOf = (/** @type {Partial<import("../../src/attendance_web/static/sheet/rows.js").Wanted>} */ wanted) =>
    arranged(rows, { which: "all", part: "", order: { column: "number", isDown: false }, ...wanted }).map(
      (each) => each.number,
    );

  it("are numbered by name, without whoever only made the event", () => {
    assert.deepEqual(
      rows.map(({ number, display_name, by }) => [number, display_name, by]),
      [
        [1, "brown Ann", "A helper"],
        [2, "Cooper Carl", ""],
        [3, "Evans Olivia", ""],
        [4, "Young Adam", "brown Ann"],
      ],
    );
    assert.deepEqual(rowsOf([somebody(1, "Creator", { state: "waiting" })], CLASS, () => "").length, 1);
  });

  it("have whoever has deleted their account last, whatever the word for them is", () => {
    const people = [somebody(2, "Deleted account", { deleted: true }), somebody(3, "Young Adam")];
    assert.deepEqual(
      rowsOf(people, CLASS, () => "").map((each) => each.user_id),
      [3, 2],
    );
  });

  it("say of nobody who lost a mark, or can get none any more, that they may come yet", () => {
    const annulled = { at: 5, reason: "other", note: null };
    const states = [{}, { annulled }, { state: "waiting", annulled }, marked(3, 20), { state: "left", annulled }];
    const people = states.map((each, at) => somebody(at + 2, `Student ${at}`, each));
    const said = (/** @type {boolean} */ isOver) =>
      rowsOf(people, { ...CLASS, isOver }, () => "").map((each) => each.said);
    assert.deepEqual(said(false), ["joined", "left", "waiting", "marked", "left"]);
    assert.deepEqual(said(true), ["unmarked", "left", "waiting", "marked", "left"]);
  });

  it("keep their numbers in another order, and what is not there comes last in both directions", () => {
    for (const [column, up, down] of /** @type {const} */ ([
      ["number", [1, 2, 3, 4], [4, 3, 2, 1]],
      ["group", [1, 4, 2, 3], [4, 1, 2, 3]],
      ["at", [1, 4, 2, 3], [4, 1, 2, 3]],
      ["by", [1, 4, 2, 3], [4, 1, 2, 3]],
      ["grade", [4, 1, 2, 3], [1, 4, 2, 3]],
      ["state", [3, 2, 1, 4], [1, 4, 2, 3]],
    ])) {
      assert.deepEqual(numbersOf({ order: { column, isDown: false } }), up, column);
      assert.deepEqual(numbersOf({ order: { column, isDown: true } }), down, column);
    }
  });

  it("are those of a kind, or of a name", () => {
    assert.deepEqual(numbersOf({ which: "unmarked" }), [2, 3]);
    assert.deepEqual(numbersOf({ which: "waiting" }), [2]);
    assert.deepEqual(numbersOf({ which: "marked" }), [1, 4]);
    assert.deepEqual(numbersOf({ which: "marked", part: "ann BRO" }), [1]);
    assert.deepEqual(countsOf(rows), { all: 3, marked: 2, waiting: 1 });
  });

  it("are copied as cells that are no formulas, and have no ends of cells in them", () => {
    assert.equal(asText([["№", "a\tb\nc"], [1, "=1+1"], ["-2", "＝3"]]), "№\ta b c\n1\t'=1+1\n'-2\t'＝3");
  });
});

describe("a sheet that is followed", () => {
  /** @type {SetWorld} */
  let world;
  /** @type {import("../../src/attendance_web/static/counts/watching.js").Owner} */
  let owner;
  /** @type {import("../../src/attendance_web/static/api.js").Participant[]} */
  let people;

  const counts = (/** @type {object} */ some) =>
    owner.counts({ joined: 1, waiting: 0, held: 0, marked: 0, participants: 1, at: 0, ...some });
  const readCount = () => browser.asked.filter((each) => each.path.endsWith("GetAttendance")).length;
  const begin = async () => {
    const liveSheet = new LiveSheet(EVENT, {
      watch: (_, __, its) => {
        owner = its;
        return { retrySoon: () => {}, stop: () => {} };
      },
      after: world.after,
      clock: world.clock,
    });
    await settled();
    return liveSheet;
  };
  /** @param {InstanceType<typeof LiveSheet>} liveSheet */
  const states = ({ store }) => store.value.people?.map((each) => each.state);

  beforeEach(() => {
    world = new SetWorld();
    people = [somebody(2, "A")];
    browser.asked = [];
    browser.isDown = false;
    browser.answers = { GetAttendance: () => ({ participants: people }) };
  });

  it("is read once at first, and not again for counts that say the same", async () => {
    const liveSheet = await begin();
    assert.deepEqual(states(liveSheet), ["joined"]);
    counts({});
    counts({});
    world.pass(10 * READ_EVERY_MS);
    await settled();
    assert.equal(readCount(), 1);
    liveSheet.stop();
  });

  it("is read again when counts have changed, five seconds after the last time at the earliest", async () => {
    const liveSheet = await begin();
    for (const waiting of [1, 0, 1]) counts({ waiting });
    world.pass(READ_EVERY_MS - 1);
    await settled();
    assert.equal(readCount(), 1);
    world.pass(1);
    await settled();
    assert.equal(readCount(), 2);
    world.pass(READ_EVERY_MS);
    counts({ marked: 1 });
    await settled();
    assert.equal(readCount(), 3);
    liveSheet.stop();
  });

  it("is read again after the line was lost, since nobody told of what happened meanwhile", async () => {
    const liveSheet = await begin();
    counts({ marked: 1 });
    world.pass(READ_EVERY_MS);
    await settled();
    people = [somebody(2, "A", marked(1, 5))];
    owner.lost(null);
    assert.equal(liveSheet.store.value.connection, "lost");
    world.pass(READ_EVERY_MS);
    counts({ marked: 1 });
    await settled();
    assert.deepEqual(states(liveSheet), ["marked"]);
    liveSheet.stop();
  });

  it("shows what was done here while it was being read as it was before", async () => {
    const liveSheet = await begin();
    world.pass(READ_EVERY_MS);
    liveSheet.again();
    liveSheet.did(somebody(2, "A", marked(1, 5)));
    liveSheet.did(somebody(3, "New", marked(1, 5)));
    await settled();
    assert.deepEqual(states(liveSheet), ["marked", "marked"]);
    people = [somebody(2, "A"), somebody(3, "New")];
    world.pass(READ_EVERY_MS);
    await settled();
    assert.deepEqual(states(liveSheet), ["joined", "joined"], "and then what is so");
    liveSheet.stop();
  });

  it("keeps what it has when it cannot be read, and tries again", async () => {
    const liveSheet = await begin();
    browser.isDown = true;
    counts({ marked: 1 });
    world.pass(READ_EVERY_MS);
    await settled();
    assert.deepEqual(states(liveSheet), ["joined"]);
    browser.isDown = false;
    people = [somebody(2, "A", marked(1, 5))];
    world.pass(READ_EVERY_MS);
    await settled();
    assert.deepEqual([states(liveSheet), liveSheet.store.value.failed], [["marked"], ""]);
    liveSheet.stop();
  });

  it("shows nobody to whoever may not see it any more", async () => {
    const liveSheet = await begin();
    const refusal = { error: 3, error_msg: "!", code: "not_an_organiser" };
    browser.answers.GetAttendance = () => refusal;
    owner.refused(/** @type {any} */ (new Error("!")));
    world.pass(READ_EVERY_MS);
    await settled();
    assert.equal(liveSheet.store.value.people, null);
    world.pass(10 * READ_EVERY_MS);
    await settled();
    assert.equal(readCount(), 2);
    liveSheet.stop();
  });
});

describe("marks by hand", () => {
  /** @type {[number, number][]} */
  let done;
  const begin = () => new ByHand(EVENT, (userId, n) => done.push([userId, n]));
  const asked = () =>
    browser.asked.filter((each) => each.path.endsWith("MarkParticipant")).map((each) => each.body.user_id);

  beforeEach(() => {
    done = [];
    browser.asked = [];
    browser.isDown = false;
    sessionStorage.clear();
    browser.answers = { MarkParticipant: () => ({ n: 1 }) };
  });

  it("are made of all who are chosen, once, however often it is pressed", async () => {
    const byHand = begin();
    byHand.choose([2, 3, 4, 5, 6, 7], true);
    byHand.choose([7], false);
    const all = await Promise.all([byHand.mark(), byHand.mark()]);
    assert.deepEqual(all, [{ marked: 5, failed: 0 }, { marked: 0, failed: 0 }]);
    assert.deepEqual(asked().sort(), [2, 3, 4, 5, 6]);
    assert.deepEqual(done.map(([userId]) => userId).sort(), [2, 3, 4, 5, 6]);
    assert.equal(byHand.store.value.chosen.size, 0);
  });

  it("go on without the one that is refused, who stays chosen and says why", async () => {
    browser.answers.MarkParticipant = ({ body }) =>
      body.user_id === 3 ? { error: 5, error_msg: "Nobody", code: "x" } : { n: 1 };
    const byHand = begin();
    byHand.choose([2, 3, 4], true);
    assert.deepEqual(await byHand.mark(), { marked: 2, failed: 1 });
    assert.deepEqual([...byHand.store.value.chosen], [[3, { step: "failed", text: "Nobody" }]]);
  });

  it("are still to be made after a loss, and after the page was loaded anew", async () => {
    browser.isDown = true;
    const byHand = begin();
    byHand.choose([2, 3], true);
    assert.deepEqual(await byHand.mark(), { marked: 0, failed: 2 });
    browser.isDown = false;
    const again = begin();
    assert.deepEqual([...again.store.value.chosen.keys()], [2, 3]);
    again.keep((userId) => userId !== 2); // who turned out to be marked
    assert.deepEqual(await again.mark(), { marked: 1, failed: 0 });
    assert.equal(begin().store.value.chosen.size, 0);
  });
});
