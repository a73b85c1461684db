"""Many markers reach for one person, again and again."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final

from tests.support.gathering import Gathering, Person, opened
from tests.support.service_process import Service
from tests.support.wires import Wire

MARKER_COUNT: Final = 50
ROUNDS: Final = 20  # enough for a test
ROUND_EVERY: Final = 0.06  # seconds from a round to the next: a socket may send 20 frames a second


@dataclass
class Race:
    """What the rounds of a race came to."""

    rounds_by_winners: Counter[int] = field(default_factory=Counter)  # by how many got the person
    codes: Counter[str] = field(default_factory=Counter)  # of those who did not
    seconds: list[float] = field(default_factory=list)  # until each answer

    def quantile(self, part: float) -> float:
        """Finds within how many seconds this part of the answers came."""
        return round(sorted(self.seconds)[int(len(self.seconds) * part)], 3)


async def race(doors: Sequence[Service], among: Gathering, rounds: int) -> Race:
    """Has the first person wait, and all others reach for them at once, again and again."""
    found = Race()
    asker, *markers = among.people

    async def reaches(wire: Wire) -> bool:
        begun = time.monotonic()
        frame = await wire.asks("prepare_to_mark", user_id=asker.user_id)
        while frame["result"] == "ok" and frame["message"] != "prepared":
            frame = await wire.heard()
        found.seconds.append(time.monotonic() - begun)
        if frame["result"] == "error":
            found.codes[frame["params"]["code"]] += 1
        return bool(frame["result"] == "ok")

    async with AsyncExitStack() as sockets:

        async def opens(number: int, person: Person, role: str) -> Wire:
            wire = opened(doors[number % len(doors)], person, role, among.event_id)
            return await sockets.enter_async_context(wire)

        await opens(0, asker, "mark_me")
        wires = [await opens(number, each, "marking") for number, each in enumerate(markers)]
        for wire in wires:
            await wire.hears("marking_list", marking_list=[asker.user_id])
        for _ in range(rounds):
            next_at = time.monotonic() + ROUND_EVERY
            random.shuffle(wires)  # or the first to ask would win, and send twice as many frames
            won = await asyncio.gather(*map(reaches, wires))
            found.rounds_by_winners[sum(won)] += 1
            for wire, has_won in zip(wires, won, strict=True):
                if has_won:
                    await wire.says("refuse_to_mark")
                    while (await wire.heard())["message"] != "refused":
                        pass
            await asyncio.sleep(next_at - time.monotonic())
    return found
