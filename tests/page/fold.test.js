import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { NOBODY, folded, lost, ordered, undone } from "../../src/attendance_web/static/fold.js";

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
  it("has a deadline by the service's clock, and keeps the person in the list", () => {
    const held = after(chosen("asking"), PREPARED);
    assert.deepEqual(held.chosen, { userId: ANNA, step: "held", until: NOW + 90 });
    assert.deepEqual(ids(held), [ANNA, BORIS]);
  });

  it("is taken up by a page that was opened while holding", () => {
    assert.equal(after(NOBODY, LIST, PREPARED).chosen?.step, "held");
  });

  it("ends with a mark, and the person is gone from the list", () => {
    const marked = after(chosen("confirming"), ok("marked", { display_msg: "Thank you!", paid: 50 }));
    const told = { what: "marked", text: "Thank you!", userId: ANNA, isNew: true, paid: 50 };
    assert.deepEqual(marked.told, told);
    assert.deepEqual([marked.chosen, ids(marked), marked.marks.size], [null, [BORIS], 1]);
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

  it("says after how many seconds one may choose somebody again", () => {
    const params = { code: "too_soon", seconds: 7 };
    const { chosen: left, told } = after(chosen("asking"), { result: "error", message: "!", params });
    assert.deepEqual([left, told?.what, told?.code, told?.seconds], [null, "code", "too_soon", 7]);
  });
});

// Every code of an error frame, from docs/wire.md
const CODES = [
  ...readFileSync(new URL("../../docs/wire.md", import.meta.url), "utf8")
    .split("## Codes of error frames")[1]
    ?.split("## How a socket ends")[0]
    ?.matchAll(/^`(\w+)` \|/gm) ?? [],
].map(([, code]) => String(code));
const END_A_HOLD = [
  ...["nobody_held", "not_held", "event_over", "event_not_found", "left_event"],
  ...["may_not_mark", "not_logged_in", "other_person"],
];

describe("an error", () => {
  it("is one of many", () => {
    assert.ok(CODES.length > 20);
    for (const code of END_A_HOLD) assert.ok(CODES.includes(code), code);
  });

  for (const code of CODES) {
    it(`${code} ends a choice that was not answered yet`, () => {
      const { chosen: left, told } = after(chosen("asking"), error(code));
      assert.equal(left, null);
      assert.ok(["faster", "code"].includes(told?.what ?? ""));
    });

    const isEnd = END_A_HOLD.includes(code);
    for (const step of /** @type {const} */ (["held", "confirming", "refusing"])) {
      it(`${code} ${isEnd ? "ends" : "leaves"} a hold, ${step}`, () => {
        const { chosen: left, told } = after(chosen(step), error(code));
        assert.equal(left?.step ?? null, isEnd ? null : "held");
        assert.deepEqual([told?.what, told?.code, told?.userId], ["code", code, ANNA]);
      });
    }
  }

  it("that comes before a late commit does not hide that the person is held", () => {
    const late = after(chosen("asking"), error("unavailable"), PREPARED);
    assert.equal(late.chosen?.step, "held");
    assert.equal(after(chosen("asking"), PREPARED, error("unavailable")).chosen?.step, "held");
  });
});

describe("the undo", () => {
  const MARKED = ok("marked", { display_msg: "!", user_id: ANNA, n: 3, paid: 50 });
  const offered = { userId: ANNA, n: 3, until: NOW + 10, isAsked: false };

  it("is offered for 10 s after a mark", () => {
    assert.deepEqual(after(chosen("confirming"), MARKED).undo, offered);
  });

  it("is offered where nothing was marked? No: not by errors, ends, refusals or lists", () => {
    const expired = ok("reservation_expired", { user_id: ANNA });
    const frames = [LIST, PREPARED, expired, ok("refused"), ...CODES.map(error)];
    for (const frame of frames) assert.equal(after(chosen("confirming"), frame).undo, null);
  });

  it("is offered where the first answer was lost, and the confirm was asked again", () => {
    const again = { ...MARKED, params: { ...MARKED.params, paid: 0 } };
    const back = after(lost(chosen("confirming")), LIST, again);
    assert.deepEqual(back.undo, offered);
    assert.equal(back.marks.size, 1);
  });

  it("of a mark that is told twice is neither longer nor offered once more", () => {
    const once = after(chosen("confirming"), MARKED);
    const twice = folded(once, MARKED, NOW + 5);
    assert.deepEqual(twice.undo, offered);
    assert.deepEqual([twice.told?.isNew, twice.marks.size], [false, 1]);
    const ago = folded(undone(once, offered, "done"), MARKED, NOW + 5);
    assert.deepEqual(ago.undo, { ...offered, until: NOW + 15 }, "it would be a mark anew");
  });

  it("is not there where a service of before does not say which mark it is", () => {
    assert.equal(after(chosen("confirming"), ok("marked", { display_msg: "!" })).undo, null);
  });

  it("is of the last mark", () => {
    const next = ok("marked", { display_msg: "!", user_id: BORIS, n: 1, paid: 50 });
    const second = after(chosen("confirming"), MARKED, next);
    assert.deepEqual([second.undo?.userId, second.undo?.n, second.marks.size], [BORIS, 1, 2]);
    const first = undone(second, offered, "done");
    assert.deepEqual([first.undo?.userId, first.marks.size], [BORIS, 1]);
    assert.deepEqual(first.told, { what: "undone", userId: ANNA });
  });

  it("goes on its way, and is done or says why not", () => {
    const marked = after(chosen("confirming"), MARKED);
    const asked = undone(marked, offered, "asked");
    assert.deepEqual(asked.undo, { ...offered, isAsked: true });
    const done = undone(asked, offered, "done");
    assert.deepEqual([done.undo, done.marks.size], [null, 0]);
    const refusal = { code: "record_changed", text: "Somebody was faster" };
    const told = { what: "code", userId: ANNA, ...refusal };
    const refused = undone(asked, offered, refusal);
    assert.deepEqual([refused.undo, refused.told, refused.marks.size], [null, told, 1]);
  });

  it("stays where nobody knows whether it was done", () => {
    const asked = undone(after(chosen("confirming"), MARKED), offered, "asked");
    const unknown = { code: "", text: "No answer", unknownSince: NOW + 9 };
    assert.deepEqual(undone(asked, offered, unknown).undo, { ...offered, until: NOW + 19 });
  });
});

describe("a class that is changed", () => {
  it("is known at once", () => {
    const changed = { name: "Physics", time_from: 1, time_to: 2 };
    assert.deepEqual(after(waiting, ok("event_changed", changed)).event, changed);
    assert.equal(waiting.event, null);
  });
});

describe("a lost connection", () => {
  it("makes a choice that was not answered one that was not sent", () => {
    const { chosen: left, told } = lost(chosen("asking"));
    assert.deepEqual([left, told?.what], [null, "notSent"]);
  });

  it("is never taken for a mark: the confirm stays open until it is answered", () => {
    const back = after(lost(chosen("confirming")), LIST, PREPARED);
    assert.deepEqual([back.chosen?.step, back.marks.size], ["confirming", 0]);
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
