"""Processes that end, and what their people notice of it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Final, NamedTuple

from tests.chaos.database import Database, PostgresAccess
from tests.chaos.figures.apparatus import (
    START_SECONDS,
    Returning,
    seconds_until,
    servers,
    services,
)
from tests.chaos.figures.figure import Figure
from tests.support.eventually import eventually
from tests.support.gathering import Person, gathering, opened
from tests.support.wires import Ended, Wire
from tests.support.worker_processes import worker_at, workers_of

# A worker of two
DEATHS: Final = 10
MARKER_COUNT, ASKER_COUNT = 10, 10
GROWN_UP_SECONDS: Final = 6.0  # who dies young is not replaced at once
MAX_RETURN_SECONDS: Final = 3.0

# A whole service
CONFIRMS, WAITING = 20, 2000
OPENINGS: Final = 20  # at once
MIN_SPREAD_SECONDS: Final = 2.0  # from the first who is sent away to the last
MAX_END_SECONDS: Final = 10.0


async def failover() -> Figure:
    """Kills one of two workers with people at both, again and again."""
    took: list[float] = []
    with servers() as (folder, postgres, valkey):
        among = await gathering(postgres.url, MARKER_COUNT + ASKER_COUNT)
        with services(folder, 1, postgres, valkey, workers=2) as doors:
            (service,) = doors
            people = [
                Returning(doors, each, role, among.event_id)
                for role, some in (
                    ("marking", among.people[:MARKER_COUNT]),
                    ("mark_me", among.people[MARKER_COUNT:]),
                )
                for each in some
            ]
            markers, askers = people[:MARKER_COUNT], people[MARKER_COUNT:]
            waiting = {each.person.user_id for each in askers}

            def has_returned(marker: Returning) -> Callable[[], bool]:
                came = marker.came
                return lambda: marker.came > came and marker.sees(waiting)

            async with asyncio.TaskGroup() as group:
                lives = [group.create_task(each.live()) for each in people]
                for number in range(DEATHS):
                    await eventually(lambda: all(m.sees(waiting) for m in markers), START_SECONDS)
                    await eventually(lambda: len(workers_of(service)) == 2, START_SECONDS)
                    await asyncio.sleep(GROWN_UP_SECONDS)
                    victim = workers_of(service)[number % 2]
                    lost = [m for m in markers if m.wire and worker_at(service, m.wire) == victim]
                    have_returned = [has_returned(each) for each in lost]
                    killed_at = time.monotonic()
                    victim.kill()
                    took += await asyncio.gather(
                        *(seconds_until(each, killed_at) for each in have_returned)
                    )
                for life in lives:
                    life.cancel()
    took.sort()
    told = {"returns": len(took), "median": took[len(took) // 2], "most": took[-1]}
    goal = f"the truth again within {MAX_RETURN_SECONDS:.0f} s"
    return Figure("a worker dies", goal, told, took[-1] <= MAX_RETURN_SECONDS)


class _End(NamedTuple):
    """How a socket ended: whether a mark was told, the code, and how many seconds after."""

    is_told: bool
    code: int
    after: float


async def drain() -> Figure:
    """Sends SIGTERM to a service with thousands of sockets and some confirms under way."""
    with servers() as (folder, postgres, valkey):
        among = await gathering(postgres.url, CONFIRMS + WAITING)
        markers, askers = among.people[:CONFIRMS], among.people[CONFIRMS:]
        with services(folder, 1, postgres, valkey) as (service,):
            turns = asyncio.Semaphore(OPENINGS)
            async with AsyncExitStack() as sockets:

                async def opens(person: Person, role: str) -> Wire:
                    async with turns:
                        wire = opened(service, person, role, among.event_id)
                        return await sockets.enter_async_context(wire)

                wires = await asyncio.gather(*(opens(each, "mark_me") for each in askers))
                marking = await asyncio.gather(*(opens(each, "marking") for each in markers))
                for wire, asker in zip(marking, askers, strict=False):
                    await wire.says("prepare_to_mark", user_id=asker.user_id)
                    while (await wire.heard())["message"] != "prepared":
                        pass
                for wire in marking:
                    await wire.says("confirm_marking")
                begun = time.monotonic()
                service.process.terminate()

                async def ends(wire: Wire) -> _End:
                    is_told = False
                    while True:
                        try:
                            is_told |= (await wire.heard())["message"] == "marked"
                        except TimeoutError:
                            continue
                        except Ended as ended:
                            return _End(is_told, ended.code, time.monotonic() - begun)

                found = await asyncio.gather(*map(ends, [*marking, *wires]))
                code = await asyncio.to_thread(service.process.wait, START_SECONDS)
                ended_after = round(time.monotonic() - begun, 2)
        stored = {each.actor for each in await Database(PostgresAccess(postgres.url)).ledger()}
    answered = {each.user_id for each, end in zip(markers, found, strict=False) if end.is_told}
    times = sorted(end.after for end in found if end.code == 1012)
    codes = Counter(end.code for end in found)
    told = {
        "codes": codes,
        "first": round(times[0], 2),
        "last": round(times[-1], 2),
        "exit": code,
        "ended after": ended_after,
        "told marked": len(answered),
        "stored": len(stored),
        "told and not stored": len(answered - stored),
    }
    is_reached = (
        set(codes) <= {1000, 1012}
        and codes[1000] == len(stored)  # those who were marked have nothing to come back for
        and times[-1] - times[0] >= MIN_SPREAD_SECONDS
        and (code, ended_after <= MAX_END_SECONDS, answered <= stored) == (0, True, True)
    )
    goal = f"all 1012, over {MIN_SPREAD_SECONDS:.0f} s, ends in {MAX_END_SECONDS:.0f} s"
    return Figure(f"drain of {WAITING:_} sockets".replace("_", " "), goal, told, is_reached)
