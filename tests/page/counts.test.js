import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { settled } from "./browser.js";
import { SetWorld } from "./world.js";

const { CallFailed } = await import("../../src/attendance_web/static/calling.js");
const { watchAttendance } = await import("../../src/attendance_web/static/counts/api.js");
const { EventStream } = await import("../../src/attendance_web/static/counts/event-stream.js");
const { saidOf } = await import("../../src/attendance_web/static/refusals/said.js");
const { FIRST_PAUSE_MS, SILENT_MS, Watching, pauseOf } = await import(
  "../../src/attendance_web/static/counts/watching.js"
);

const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text);
const counts = (/** @type {number} */ marked) => `event: counts\ndata: {"marked":${marked}}\n\n`;
const END = "event: end\ndata: {}\n\n";

describe("a stream of events", () => {
  const TEXT = ":\n\nevent: counts\ndata: {\"ё\": 1}\n\n:\n\nevent: end\ndata: {}\n\n";
  const SAID = [
    { name: "counts", data: '{"ё": 1}' },
    { name: "end", data: "{}" },
  ];

  it("is read whole, wherever it is cut", () => {
    const whole = bytes(TEXT);
    for (let firstCut = 0; firstCut <= whole.length; firstCut += 1) {
      for (let secondCut = firstCut; secondCut <= whole.length; secondCut += 1) {
        const stream = new EventStream();
        const pieces = [whole.slice(0, firstCut), whole.slice(firstCut, secondCut), whole.slice(secondCut)];
        assert.deepEqual(pieces.flatMap((each) => stream.take(each)), SAID);
      }
    }
  });

  it("may have other ends of lines, lines of data, and fields that mean nothing here", () => {
    const stream = new EventStream();
    const said = stream.take(bytes("id: 7\r\nretry: 1\r\nevent:a\r\ndata:1\r\ndata\r\ndata: 2\r\n\r\n"));
    assert.deepEqual(said, [{ name: "a", data: "1\n\n2" }]);
  });

  it("tells nothing of an event that has no end", () => {
    assert.deepEqual(new EventStream().take(bytes("event: counts\ndata: {}\n")), []);
  });
});

describe("who watches", () => {
  /** @type {SetWorld} */
  let world;
  /** @type {{signal: AbortSignal, controller: ReadableStreamDefaultController<Uint8Array>}[]} */
  let opened;
  /** @type {unknown[]} */
  let told;
  /** @type {unknown} */
  let refusal;

  const open = async (/** @type {AbortSignal} */ signal) => {
    /** @type {any} */
    let controller;
    const body = new ReadableStream({ start: (its) => void (controller = its) });
    opened.push({ signal, controller });
    signal.addEventListener("abort", () => {
      try {
        controller.error(new Error("aborted"));
      } catch {
        // closed already
      }
    });
    if (refusal) throw refusal;
    return body;
  };
  const watch = () =>
    new Watching(
      {
        counts: ({ marked }) => void told.push(marked),
        heard: () => {},
        lost: (why) => void told.push(why ? `lost: ${why.message}` : "lost"),
        ended: () => void told.push("ended"),
        refused: (why) => void told.push(`refused: ${why.message}`),
      },
      { open, after: world.after, chance: () => 1 },
    );
  const says = async (/** @type {string} */ text) => {
    opened.at(-1)?.controller.enqueue(bytes(text));
    await settled();
  };
  const cut = async () => {
    opened.at(-1)?.controller.error(new Error("network"));
    await settled();
  };
  const pass = async (/** @type {number} */ milliseconds) => {
    world.pass(milliseconds);
    await settled();
  };

  beforeEach(() => {
    [world, opened, told, refusal] = [new SetWorld(), [], [], null];
  });

  it("is told counts as they come, and comes back no more after the end", async () => {
    watch();
    await settled();
    await says(counts(1) + counts(2).slice(0, 20));
    await says(counts(2).slice(20) + counts(3) + END);
    assert.deepEqual(told, [1, 2, 3, "ended"]);
    await pass(1_000_000);
    assert.equal(opened.length, 1);
    assert.equal(opened[0]?.signal.aborted, true);
  });

  it("comes back after 5 s at least, and later each time until something is told", async () => {
    watch();
    await settled();
    await says(counts(1));
    for (const pauses of [0, 1, 2, 3, 4]) {
      await cut();
      assert.ok(pauseOf(pauses, 0) >= FIRST_PAUSE_MS);
      await pass(pauseOf(pauses, 1) - 1);
      assert.equal(opened.length, pauses + 1);
      await pass(1);
      assert.equal(opened.length, pauses + 2);
    }
    assert.ok(pauseOf(3, 0) > pauseOf(1, 0) && pauseOf(9, 1) === 60_000);
    await says(counts(2));
    opened.at(-1)?.controller.close(); // without a word, as when a process stops
    await settled();
    await pass(pauseOf(0, 1));
    assert.equal(opened.length, 7);
    assert.deepEqual(told, [1, "lost", "lost", "lost", "lost", "lost", 2, "lost"]);
  });

  it("takes silence for a lost connection, and a comment for a sign of life", async () => {
    watch();
    await settled();
    await says(counts(1));
    await pass(SILENT_MS - 1);
    await says(":\n\n");
    await pass(SILENT_MS - 1);
    assert.deepEqual(told, [1]);
    await pass(1);
    assert.deepEqual(told, [1, "lost"]);
    assert.equal(opened[0]?.signal.aborted, true);
    await pass(pauseOf(0, 1));
    assert.equal(opened.length, 2);
  });

  it("is told once why they are refused where coming back changes nothing", async () => {
    for (const error of [1, 3, 5, 7]) {
      [opened, told] = [[], []];
      refusal = new CallFailed("no", error);
      watch();
      await settled();
      await pass(1_000_000);
      assert.deepEqual([told, opened.length], [["refused: no"], 1]);
    }
  });

  it("tries again where there were too many, or nobody has answered", async () => {
    refusal = new CallFailed("too many", 8);
    watch();
    await settled();
    refusal = new CallFailed("nobody", 0);
    await pass(pauseOf(0, 1));
    refusal = null;
    await pass(pauseOf(1, 1));
    await says(counts(1));
    assert.deepEqual(told, ["lost: too many", "lost", 1]);
  });

  it("has one connection, and comes back soon when the network does", async () => {
    const watching = watch();
    watching.retrySoon();
    await settled();
    await says(counts(1));
    watching.retrySoon();
    assert.equal(opened.length, 1);
    for (const pauses of [0, 1, 2]) {
      await cut();
      if (pauses < 2) await pass(pauseOf(pauses, 1));
    }
    watching.retrySoon();
    await pass(pauseOf(0, 1));
    assert.equal(opened.length, 4);
    watching.stop();
    watching.retrySoon();
    await pass(1_000_000);
    assert.equal(opened.length, 4);
    assert.ok(opened.every(({ signal }) => signal.aborted));
  });
});

describe("the counts of an event", () => {
  /** @type {[string, RequestInit][]} */
  let asked = [];
  /** @param {Response} answer */
  const answers = (answer) => {
    asked = [];
    Object.assign(globalThis, {
      fetch: async (/** @type {string} */ path, /** @type {RequestInit} */ how) => {
        asked.push([path, how]);
        return answer;
      },
    });
  };
  const stream = () => new Response("", { headers: { "Content-Type": "text/event-stream" } });
  const { signal } = new AbortController();

  it("are asked for with a secret that is in one header, and with nothing of a session", async () => {
    answers(stream());
    await watchAttendance("e", "s3cret", signal);
    const [[path, { headers, ...how } = {}] = []] = asked;
    assert.equal(path, "/api/events/WatchAttendance");
    assert.equal(/** @type {any} */ (headers).Authorization, "Board s3cret");
    assert.deepEqual(how, { signal, credentials: "omit" });
  });

  it("are asked for by an organiser, who is logged in", async () => {
    answers(stream());
    await watchAttendance("e", null, signal);
    assert.equal(asked[0]?.[0], "/api/events/WatchAttendance?event_id=e");
    assert.equal(/** @type {any} */ (asked[0]?.[1].headers).Authorization, undefined);
  });

  it("that are refused say why; what a proxy says is no answer", async () => {
    answers(Response.json({ error: 5, error_msg: "gone", code: "board_not_found" }));
    const message = saidOf("board_not_found");
    await assert.rejects(watchAttendance("e", "s", signal), { error: 5, message });
    answers(new Response("<h1>502</h1>", { status: 502 }));
    await assert.rejects(watchAttendance("e", "s", signal), { error: 0 });
  });
});
