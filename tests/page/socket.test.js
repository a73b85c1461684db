import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ANSWER_WITHIN_MS,
  BEAT_EVERY_MS,
  FINAL,
  LiveSocket,
  addressOf,
  delayOf,
} from "../../src/attendance_web/static/socket.js";
import { SetWorld } from "./world.js";

const ADDRESS = "ws://attendance.test/ws/marking";

/** @param {SetWorld} [world] */
function opened(world = new SetWorld()) {
  /** @type {unknown[]} */
  const told = [];
  const socket = new LiveSocket(
    ADDRESS,
    {
      frame: (frame) => told.push(frame.message),
      connection: (connection) => told.push(connection),
      ended: (code, reason) => told.push([code, reason]),
    },
    { world },
  );
  world.wire.opens();
  return { world, told, socket };
}

/** One that has been open for a while, so that it may be opened again at once. */
function connected() {
  const made = opened();
  made.world.wire.answers();
  made.world.pass(6000);
  return made;
}

describe("the delay before another opening", () => {
  it("doubles up to its most", () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4, 5, 50].map((losses) => delayOf(losses, 1)),
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
    const idleOwner = { frame() {}, connection() {}, ended() {} };
    new LiveSocket("ws://attendance.test/", idleOwner, { world });
    world.pass(10_000 + 500);
    assert.equal(world.wires.length, 2);
  });

  it("hears nothing in what is no frame", () => {
    const { world, told } = opened();
    world.wire.onmessage?.({ data: "<html>502 Bad Gateway</html>" });
    world.wire.onmessage?.({ data: "null" });
    assert.deepEqual(told, ["", ""]);
    world.wire.answers();
    assert.equal(told.at(-1), "open");
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

  it("is opened at once, then no sooner than 5 s after the last time, and longer each time", () => {
    const { world } = connected();
    for (const delay of [500, 6000, 6000, 6000, 8000, 8000]) {
      const before = world.wires.length;
      world.wire.ends(1006);
      world.pass(delay - 1);
      assert.equal(world.wires.length, before);
      world.pass(1);
      assert.equal(world.wires.length, before + 1);
    }
    world.wire.opens();
    world.wire.answers();
    world.pass(6000);
    world.wire.ends(1006);
    world.pass(500);
    assert.equal(world.wires.length, 8);
  });
});

describe("openings that nobody has asked for", () => {
  const MINUTE = 60_000;

  /** Checks that each is 5 s behind the one before. @param {SetWorld} world */
  const countSpacedOpenings = (world) => {
    const at = world.wires.map((each) => each.at);
    at.forEach((time, index) => {
      const before = at[index - 1];
      if (before !== undefined) assert.ok(time - before >= 5000, `${before} and ${time}`);
    });
    return at.length;
  };

  for (const chance of [0, 0.5, 1]) {
    it(`are 5 s from each other where the service closes at once (chance ${chance})`, () => {
      const world = new SetWorld();
      world.chance = () => chance;
      world.whenOpened = (wire) => {
        wire.opens();
        wire.answers();
        wire.ends(1012);
      };
      new LiveSocket(ADDRESS, { frame() {}, connection() {}, ended() {} }, { world });
      world.pass(MINUTE);
      assert.ok(countSpacedOpenings(world) > 6);
    });
  }

  it("are so while a phone is woken up and changes its network all the time", () => {
    const { world, socket } = connected();
    for (let turn = 0; turn < 600; turn += 1) {
      world.wire.ends(1006);
      world.online = turn % 2 === 0;
      socket.check();
      world.online = true;
      socket.check();
      world.pass(100);
    }
    assert.ok(countSpacedOpenings(world) > 6);
  });

  it("are so for whoever makes another socket by itself, and not for a person who asks", () => {
    const world = new SetWorld();
    const idleOwner = { frame() {}, connection() {}, ended() {} };
    new LiveSocket(ADDRESS, idleOwner, { world });
    world.wire.ends(4425);
    new LiveSocket(ADDRESS, idleOwner, { world, isAsked: false });
    world.pass(5999);
    assert.equal(world.wires.length, 1);
    world.pass(1);
    assert.equal(world.wires.length, 2);
    world.wire.ends(4425);
    new LiveSocket(ADDRESS, idleOwner, { world });
    assert.equal(world.wires.length, 3);
    new LiveSocket(`${ADDRESS}?other`, idleOwner, { world, isAsked: false });
    assert.equal(world.wires.length, 4);
  });
});

describe("the heartbeat", () => {
  it("asks when nothing was heard for a while", () => {
    const { world, told } = opened();
    world.wire.answers();
    world.pass(BEAT_EVERY_MS);
    assert.equal(world.wire.said.length, 2);
    world.wire.answers();
    world.pass(BEAT_EVERY_MS);
    world.wire.answers();
    assert.deepEqual(told, ["open"]);
  });

  it("notices that nobody answers", () => {
    const { world, told } = connected();
    world.pass(BEAT_EVERY_MS + ANSWER_WITHIN_MS);
    assert.deepEqual(told, ["open", "lost"]);
  });

  it("says goodbye to the silent one only when the next is open, so that the place is kept", () => {
    const { world } = connected();
    const silent = world.wire;
    world.pass(BEAT_EVERY_MS + ANSWER_WITHIN_MS + 500);
    world.wire.opens();
    assert.equal(silent.closedWith, undefined);
    world.wire.answers();
    assert.equal(silent.closedWith, 1000);
  });

  it("hears nothing more of one it gave up", () => {
    const { world, told } = connected();
    const silent = world.wire;
    world.pass(BEAT_EVERY_MS + ANSWER_WITHIN_MS);
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
    world.pass(ANSWER_WITHIN_MS);
    assert.equal(told.at(-1), "lost");
  });
});

describe("looking around", () => {
  it("tries at once when a phone wakes up", () => {
    const { world, socket } = connected();
    for (let losses = 0; losses < 6; losses += 1) {
      world.wire.ends(1006);
      world.pass(8000);
    }
    world.pass(6000);
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
    world.pass(ANSWER_WITHIN_MS);
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

describe("the address", () => {
  it("asks for news, and says whom it is for", () => {
    Object.assign(globalThis, { location: { protocol: "https:", host: "a.test" } });
    assert.equal(addressOf("mark_me", "7e", 12), "wss://a.test/ws/mark_me?event_id=7e&news=1&as=12");
    assert.equal(addressOf("marking", "7e", null), "wss://a.test/ws/marking?event_id=7e&news=1");
  });
});

describe("the reason of an end", () => {
  it("is told where it comes back, too, and forgotten by the next opening", () => {
    const world = new SetWorld();
    /** @type {unknown[]} */
    const told = [];
    const owner = {
      frame() {},
      connection: (/** @type {string} */ to, /** @type {string} */ why) => told.push([to, why]),
      ended() {},
    };
    new LiveSocket(ADDRESS, owner, { world });
    world.wire.opens();
    world.wire.hears({ result: "error", message: "!", params: { code: "too_many_sockets" } });
    world.wire.ends(4429);
    world.pass(6000);
    world.wire.opens();
    world.wire.answers();
    assert.deepEqual(told, [["lost", "too_many_sockets"], ["open", ""]]);
  });
});
