import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NOBODY, folded, lost, ordered } from "../../src/attendance_web/static/fold.js";

/** @typedef {import("../../src/attendance_web/static/fold.js").Marking} Marking */

const ANNA = 7;
const BORIS = 12;
const NOW = 1_000_000;

/**
 * @param {string} message
 * @param {Record<string, unknown>} [params]
 */
const ok = (message, params) => ({ result: "ok", message, ...(params && { params }) });

/** @param {string} code */
const error = (code) => ({ result: "error", message: "A refusal", params: { code } });

const LIST = ok("marking_list", { marking_list: [ANNA, BORIS], asked_at: [100, 200] });
const PREPARED = ok("prepared", { user_id: ANNA, expires_in: 90 });

/**
 * @param {Marking} before
 * @param {...import("../../src/attendance_web/static/socket.js").Frame} frames
 */
const after = (before, ...frames) =>
  frames.reduce((marking, frame) => folded(marking, frame, NOW), before);

/** @param {Marking} marking */
const ids = (marking) => [...marking.list.keys()];

const waiting = after(NOBODY, LIST);

/**
 * @param {import("../../src/attendance_web/static/fold.js").Step} step
 * @returns {Marking}
 */
const chosen = (step) => ({ ...waiting, chosen: { userId: ANNA, step, until: null } });

describe("the list", () => {
  it("is set, grows and shrinks by frames", () => {
    assert.deepEqual(ids(waiting), [ANNA, BORIS]);
    assert.deepEqual(ids(after(waiting, ok("user_left", { user_id: ANNA }))), [BORIS]);
    const joined = ok("user_joined", { user_id: 3, asked_at: 150 });
    assert.deepEqual(ids(after(waiting, joined)), [ANNA, BORIS, 3]);
    assert.deepEqual(ids(waiting), [ANNA, BORIS], "what was known before stays as it was");
  });

  it("is set anew by another list, not doubled", () => {
    const one = ok("marking_list", { marking_list: [BORIS], asked_at: [200] });
    assert.deepEqual(ids(after(waiting, one)), [BORIS]);
  });

  it("is not changed by a frame of tomorrow", () => {
    assert.equal(after(waiting, ok("something_new", { user_id: ANNA })), waiting);
  });
});

describe("a hold", () => {
  it("has a deadline by the page's own clock, and keeps the person in the list", () => {
    const held = after(chosen("asking"), PREPARED);
    assert.deepEqual(held.chosen, { userId: ANNA, step: "held", until: NOW + 90_000 });
    assert.deepEqual(ids(held), [ANNA, BORIS]);
  });

  it("is taken up by a page that was opened while holding", () => {
    assert.equal(after(NOBODY, LIST, PREPARED).chosen?.step, "held");
  });

  it("ends with a mark, and the person is gone from the list", () => {
    const marked = after(chosen("confirming"), ok("marked", { display_msg: "Thank you!" }));
    assert.deepEqual(marked.told, { what: "marked", text: "Thank you!", userId: ANNA });
    assert.deepEqual([marked.chosen, ids(marked), marked.marked], [null, [BORIS], 1]);
  });

  it("ends when it is given back", () => {
    const given = after(chosen("refusing"), ok("refused"));
    assert.deepEqual([given.chosen, given.told?.what], [null, "refused"]);
    assert.deepEqual(ids(given), [ANNA, BORIS]);
  });

  it("ends when its time is up, but not another's", () => {
    const expired = ok("reservation_expired", { user_id: ANNA });
    assert.equal(after(chosen("held"), expired).told?.what, "expired");
    const other = ok("reservation_expired", { user_id: BORIS });
    assert.deepEqual(after(chosen("held"), other), chosen("held"));
  });

  it("whose end crosses a confirm waits for the answer to the confirm", () => {
    const expired = ok("reservation_expired", { user_id: ANNA });
    assert.equal(after(chosen("confirming"), expired).chosen?.step, "confirming");
    const told = after(chosen("confirming"), expired, error("nobody_held")).told;
    assert.deepEqual([told?.what, told?.code], ["code", "nobody_held"]);
  });

  for (const code of ["taken", "not_waiting", "already_marked"]) {
    it(`that is refused with ${code}: somebody was faster`, () => {
      const refused = after(chosen("asking"), error(code));
      assert.deepEqual([refused.chosen, refused.told], [null, { what: "faster", userId: ANNA }]);
    });
  }

  it("stays for another try when the service fails at confirming", () => {
    assert.equal(after(chosen("confirming"), error("unavailable")).chosen?.step, "held");
    assert.equal(after(chosen("asking"), error("unavailable")).chosen, null);
  });
});

describe("a lost connection", () => {
  it("makes a choice that was not answered one that was not sent", () => {
    const { chosen: left, told } = lost(chosen("asking"));
    assert.deepEqual([left, told?.what], [null, "notSent"]);
  });

  it("is never taken for a mark: the confirm stays open until it is answered", () => {
    const back = after(lost(chosen("confirming")), LIST, PREPARED);
    assert.deepEqual([back.chosen?.step, back.marked], ["confirming", 0]);
  });

  it("takes a hold away that is not told again after the list", () => {
    assert.equal(after(lost(chosen("held")), LIST).chosen, null);
    assert.equal(after(lost(chosen("refusing")), LIST, PREPARED).chosen?.step, "held");
  });
});

describe("the order", () => {
  const names = new Map([
    [1, "Анна Каренина"],
    [2, "Борис Годунов"],
    [3, "Вера Павлова"],
  ]);
  const list = new Map([
    [3, 10],
    [1, 20],
    [2, 15],
  ]);
  /**
   * @param {number[]} friends
   * @param {string} [part]
   */
  const shown = (friends, part = "") =>
    ordered(list, new Set(friends), (userId) => names.get(userId) ?? "", part);

  it("is that of asking, friends first", () => {
    assert.deepEqual(shown([]), [3, 2, 1]);
    assert.deepEqual(shown([1]), [1, 3, 2]);
  });

  it("has only those whose name has the part in it, in whatever case", () => {
    assert.deepEqual(shown([], " ГОД "), [2]);
    assert.deepEqual(shown([], "в"), [3, 2]);
    assert.deepEqual(shown([], "nobody"), []);
  });

  it("finds names as every search does", () => {
    assert.deepEqual(shown([], "годунов бор"), [2]);
    assert.deepEqual(shown([], "бори\u0306ис"), []);
    const artyom = new Map([[1, 1]]);
    for (const part of ["артем", "АРТЁМ", "арте\u0308м", "щелк  артём"]) {
      assert.deepEqual(ordered(artyom, new Set(), () => "Артём Щёлкин", part), [1]);
    }
  });

  it("of those who asked at the same instant is by id", () => {
    assert.deepEqual(ordered(new Map([[9, 1], [4, 1]]), new Set(), () => "", ""), [4, 9]);
  });
});
