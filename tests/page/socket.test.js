import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ANSWER_WITHIN,
  BEAT_EVERY,
  FINAL,
  LiveSocket,
  delayOf,
} from "../../src/attendance_web/static/socket.js";
import { SetWorld } from "./world.js";

function opened() {
  const world = new SetWorld();
  /** @type {unknown[]} */
  const told = [];
  const socket = new LiveSocket(
    "ws://attendance.test/ws/marking",
    {
      frame: (frame) => told.push(frame.message),
      connection: (connection) => told.push(connection),
      ended: (code, reason) => told.push([code, reason]),
    },
    world,
  );
  world.wire.opens();
  return { world, told, socket };
}

function connected() {
  const made = opened();
  made.world.wire.answers();
  return made;
}

describe("the delay before another attempt", () => {
  it("doubles up to its most", () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 50].map((attempt) => delayOf(attempt, 1)),
      [500, 1000, 2000, 4000, 8000, 8000, 8000],
    );
  });

  it("differs from phone to phone, and is never nothing", () => {
    assert.equal(delayOf(4, 0), 1600);
    assert.equal(delayOf(4, 0.5), 4800);
  });
});

describe("opening", () => {
  it("is believed once something was answered", () => {
    const { world, told } = opened();
    assert.deepEqual(told, []);
    assert.deepEqual(world.wire.said, [{ message: "ping", params: {} }]);
    world.wire.answers();
    assert.deepEqual(told, ["open"]);
  });

  it("that is refused never looks open, and does not come back", () => {
    const { world, told } = opened();
    const params = { code: "event_over" };
    world.wire.hears({ result: "error", message: "It is over", params });
    world.wire.ends(4410);
    world.pass(60_000);
    assert.deepEqual(told, ["It is over", "ended", [4410, "event_over"]]);
    assert.equal(world.wires.length, 1);
  });

  it("that takes too long is tried again", () => {
    const world = new SetWorld();
    const quiet = { frame() {}, connection() {}, ended() {} };
    new LiveSocket("ws://attendance.test/", quiet, world);
    world.pass(10_000 + 500);
    assert.equal(world.wires.length, 2);
  });
});

describe("a connection that is lost", () => {
  for (const code of [1001, 1005, 1006, 1009, 1011, 1012, 1013, 4429, 4500, 4508]) {
    it(`with ${code} comes back by itself`, () => {
      const { world, told } = connected();
      world.wire.ends(code);
      assert.equal(told.at(-1), "lost");
      world.pass(500);
      world.wire.opens();
      world.wire.answers();
      assert.equal(told.at(-1), "open");
    });
  }

  for (const code of FINAL) {
    it(`with ${code} does not: the service has decided`, () => {
      const { world, told } = connected();
      world.wire.ends(code);
      world.pass(60_000);
      assert.deepEqual(told.slice(-2), ["ended", [code, ""]]);
      assert.equal(world.wires.length, 1);
    });
  }

  it("waits longer each time, and begins anew once it is back", () => {
    const { world } = connected();
    for (const delay of [500, 1000, 2000]) {
      const before = world.wires.length;
      world.wire.ends(1006);
      world.pass(delay - 1);
      assert.equal(world.wires.length, before);
      world.pass(1);
      assert.equal(world.wires.length, before + 1);
    }
    world.wire.opens();
    world.wire.answers();
    world.wire.ends(1006);
    world.pass(500);
    assert.equal(world.wires.length, 5);
  });
});

describe("the heartbeat", () => {
  it("asks when nothing was heard for a while", () => {
    const { world, told } = connected();
    world.pass(BEAT_EVERY);
    assert.equal(world.wire.said.length, 2);
    world.wire.answers();
    world.pass(BEAT_EVERY);
    world.wire.answers();
    assert.deepEqual(told, ["open"]);
  });

  it("notices that nobody answers", () => {
    const { world, told } = connected();
    world.pass(BEAT_EVERY + ANSWER_WITHIN);
    assert.deepEqual(told, ["open", "lost"]);
  });

  it("says goodbye to the silent one only when the next is open, so that the place is kept", () => {
    const { world } = connected();
    const silent = world.wire;
    world.pass(BEAT_EVERY + ANSWER_WITHIN + 500);
    world.wire.opens();
    assert.equal(silent.closedWith, undefined);
    world.wire.answers();
    assert.equal(silent.closedWith, 1000);
  });

  it("hears nothing more of one it gave up", () => {
    const { world, told } = connected();
    const silent = world.wire;
    world.pass(BEAT_EVERY + ANSWER_WITHIN);
    silent.hears({ result: "ok", message: "was_marked" });
    silent.ends(1006);
    assert.deepEqual(told, ["open", "lost"]);
    world.pass(500);
    assert.equal(world.wires.length, 2);
  });
});

describe("saying something", () => {
  it("is sent where somebody hears it", () => {
    const { world, socket } = connected();
    assert.equal(socket.send("prepare_to_mark", { user_id: 7 }), true);
    assert.deepEqual(world.wire.said.at(-1), { message: "prepare_to_mark", params: { user_id: 7 } });
  });

  it("is not sent, and not kept for later, before it is open, when lost, offline or ended", () => {
    const early = opened();
    assert.equal(early.socket.send("confirm_marking"), false);
    const lost = connected();
    lost.world.wire.ends(1006);
    assert.equal(lost.socket.send("confirm_marking"), false);
    lost.world.pass(500);
    lost.world.wire.opens();
    lost.world.wire.answers();
    assert.deepEqual(lost.world.wire.said, [{ message: "ping", params: {} }]);
    const offline = connected();
    offline.world.online = false;
    assert.equal(offline.socket.send("confirm_marking"), false);
    const ended = connected();
    ended.socket.stop();
    assert.equal(ended.socket.send("confirm_marking"), false);
  });

  it("that nobody answers shows that the connection is lost", () => {
    const { world, told, socket } = connected();
    socket.send("confirm_marking");
    world.pass(ANSWER_WITHIN);
    assert.equal(told.at(-1), "lost");
  });
});

describe("looking around", () => {
  it("tries at once when a phone wakes up", () => {
    const { world, socket } = connected();
    for (let attempt = 0; attempt < 4; attempt += 1) {
      world.wire.ends(1006);
      world.pass(8000);
    }
    world.wire.ends(1006);
    const before = world.wires.length;
    socket.check();
    assert.equal(world.wires.length, before + 1);
  });

  it("knows that it is lost when the network says so", () => {
    const { world, told, socket } = connected();
    world.online = false;
    socket.check();
    assert.equal(told.at(-1), "lost");
  });

  it("asks the other end when it may have been asleep", () => {
    const { world, told, socket } = connected();
    socket.check();
    world.pass(ANSWER_WITHIN);
    assert.equal(told.at(-1), "lost");
  });
});

describe("stopping", () => {
  it("is a goodbye, and nothing comes after it", () => {
    const { world, told, socket } = connected();
    socket.stop();
    assert.equal(world.wire.closedWith, 1000);
    socket.check();
    world.pass(60_000);
    assert.deepEqual(told, ["open"]);
    assert.equal(world.wires.length, 1);
  });
});
