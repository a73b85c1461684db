"""A socket that did not ask for news hears what clients of old know, byte for byte.

What is expected here was recorded before there were any news; since then `marked` has got fields
and people have their `group`, for everybody. Contract: 6.16, 7.1, 8.9.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from attendance_core.testing.clock import TestClock
from tests.support.live_house import House, opened_house
from tests.support.wires import Wire

RECORDED = Path(__file__).with_name("frames_without_news.json")


@dataclass
class Recorder:
    """A socket, and the frames it was sent so far."""

    wire: Wire
    frames: list[str]

    async def says(self, message: str, **params: object) -> None:
        """And hears until this is answered: whatever was on its way comes before the pong."""
        await self.wire.says(message, **params)
        await self.listens()

    async def listens(self) -> None:
        await self.wire.says("ping")
        while '"pong"' not in (text := str(await self.wire.connection.recv())):
            self.frames.append(text)


async def play(house: House, clock: TestClock) -> dict[str, list[str]]:
    """Does all that happens at a sheet; answers what each socket was sent, names for numbers."""
    anna, boris, vera, gleb = await house.add_people(4)
    event_id = await house.create_event(vera)
    sockets: dict[str, Recorder] = {}
    heard: dict[str, list[str]] = {}

    async def opens(name: str, wire: Wire) -> Recorder:
        sockets[name] = Recorder(wire, heard.setdefault(name, []))
        await everybody_listens()
        return sockets[name]

    async def everybody_listens() -> None:
        for each in sockets.values():
            await each.listens()

    await opens("Anna", await anna.mark_me(event_id, Accept_Language="en"))
    marks = await opens("Vera", await vera.marking(event_id, Accept_Language="en"))
    also_marks = await opens("Gleb", await gleb.marking(event_id, Accept_Language="ru"))
    await opens("Boris", await boris.mark_me(event_id))
    await opens("Boris, again", await boris.mark_me(event_id))
    anna_id, boris_id = anna.user_id, boris.user_id

    await marks.says("prepare_to_mark", user_id=anna_id)
    await everybody_listens()
    await also_marks.says("prepare_to_mark", user_id=anna_id)
    second = await opens("Vera, again", await vera.marking(event_id, Accept_Language="en"))
    await second.says("prepare_to_mark", user_id=boris_id)
    await second.says("refuse_to_mark", user_id=anna_id)
    await everybody_listens()
    await also_marks.says("prepare_to_mark", user_id=anna_id)
    await everybody_listens()
    await also_marks.says("confirm_marking", user_id=boris_id)
    await house.leaves(anna, event_id)
    assert '"left_event"' in str(await sockets["Anna"].wire.connection.recv())
    del sockets["Anna"]
    await everybody_listens()
    await also_marks.says("confirm_marking")
    await marks.says("prepare_to_mark", user_id=boris_id)
    await everybody_listens()
    await marks.says("confirm_marking", user_id=boris_id)
    await marks.says("confirm_marking", user_id=boris_id)
    await marks.says("what?")
    for name in ("Boris", "Boris, again"):
        heard[name].append(str(await sockets.pop(name).wire.connection.recv()))
    await everybody_listens()

    people = {"Anna": anna, "Boris": boris, "Vera": vera, "Gleb": gleb}
    names = {f'"user_id":{each.user_id}': f'"user_id":<{name}>' for name, each in people.items()}
    names |= {f"person{each.user_id}": f"<{name}>" for name, each in people.items()}
    names |= {f"[{anna_id}]": "[<Anna>]", f"[{boris_id}]": "[<Boris>]"}
    names[f"[{anna_id},{boris_id}]"] = "[<Anna>,<Boris>]"
    names[f"{clock.at:.1f}"] = "<asked at>"
    for frames in heard.values():
        for number, text in enumerate(frames):
            for spelt, name in names.items():
                text = text.replace(spelt, name)
            frames[number] = text
    return heard


async def test_it_hears_what_was_recorded() -> None:
    clock = TestClock(float(int(time.time())))
    async with opened_house(None, clock=clock) as house:
        heard = await play(house, clock)
    assert heard == json.loads(RECORDED.read_text(encoding="utf-8"))
