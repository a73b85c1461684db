"""PostgreSQL and Valkey that go away and come back."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack
from typing import Final

from tests.chaos.database import Database, PostgresAccess
from tests.chaos.figures.apparatus import Returning, seconds_until, servers, services
from tests.chaos.figures.figure import Figure
from tests.support.gathering import gathering, opened

# PostgreSQL
RESTARTS: Final = 3
CALLER_COUNT: Final = 4
UP_SECONDS: Final = 3.0  # before it is killed
AWAY_SECONDS: Final = 5.0
BACK_SECONDS: Final = 4.0  # before the next time
PAUSE_SECONDS: Final = 0.02  # from a call to the next
MAX_BACK_SECONDS: Final = 2.0  # until a call is answered again

# Valkey
SERVICE_COUNT: Final = 2  # with a marker each
ASKER_COUNT: Final = 20  # of whom the last comes when it is there again
GAP_SECONDS: Final = 30.0
MAX_EQUAL_SECONDS: Final = 5.0  # until all lists are equal, also while it is away
LAST_CHANGE_SECONDS: Final = 6.0  # before its return: what changes later is not measured


async def database_restart() -> Figure:
    """Takes PostgreSQL away, again and again, under calls all the time."""
    statuses: Counter[int] = Counter()
    back_after: list[float] = []
    with servers() as (folder, postgres, valkey), services(folder, 1, postgres, valkey) as (one,):
        up_at: float | None = None

        async def calls() -> None:
            while True:
                status, _ = await asyncio.to_thread(one.get, "/api/events/GetEvents")
                statuses[status] += 1
                if status == 200 and up_at is not None and len(back_after) < restarts:
                    back_after.append(round(time.monotonic() - up_at, 3))
                await asyncio.sleep(PAUSE_SECONDS)

        async with asyncio.TaskGroup() as group:
            restarts = 0
            callers = [group.create_task(calls()) for _ in range(CALLER_COUNT)]
            for _ in range(RESTARTS):
                await asyncio.sleep(UP_SECONDS)
                await asyncio.to_thread(postgres.kill)
                up_at = None
                await asyncio.sleep(AWAY_SECONDS)
                await asyncio.to_thread(postgres.start)
                up_at, restarts = time.monotonic(), restarts + 1
                await asyncio.sleep(BACK_SECONDS)
            for each in callers:
                each.cancel()
    told = {"answers": statuses, "back after": back_after}
    is_reached = (
        set(statuses) == {200, 503}
        and len(back_after) == RESTARTS
        and max(back_after) <= MAX_BACK_SECONDS
    )
    goal = f"only 503, back within {MAX_BACK_SECONDS:.0f} s"
    return Figure("PostgreSQL restarts", goal, told, is_reached)


async def notifier_gap() -> Figure:
    """Has people come to two services while Valkey is away."""
    shown_after: list[float] = []
    with servers() as (folder, postgres, valkey):
        among = await gathering(postgres.url, SERVICE_COUNT + ASKER_COUNT)
        event_id, (*early, last) = among.event_id, among.people[SERVICE_COUNT:]
        with services(folder, SERVICE_COUNT, postgres, valkey) as doors:
            markers = [
                Returning([door], each, "marking", event_id)
                for door, each in zip(doors, among.people, strict=False)
            ]

            async def seconds_until_equal(since: float) -> float:
                room = (await Database(PostgresAccess(postgres.url)).rooms([event_id]))[event_id]
                return await seconds_until(
                    lambda: all(m.sees(set(room["waiting"])) for m in markers), since
                )

            async with asyncio.TaskGroup() as group, AsyncExitStack() as sockets:
                lives = [group.create_task(each.live()) for each in markers]
                await seconds_until_equal(time.monotonic())
                valkey.kill()
                until_at = time.monotonic() + GAP_SECONDS
                for number, person in enumerate(early):
                    changed_at = time.monotonic()
                    wire = opened(doors[number % SERVICE_COUNT], person, "mark_me", event_id)
                    await sockets.enter_async_context(wire)
                    if changed_at < until_at - LAST_CHANGE_SECONDS:
                        shown_after.append(await seconds_until_equal(changed_at))
                    else:
                        break
                await asyncio.sleep(until_at - time.monotonic())
                await sockets.enter_async_context(opened(doors[0], last, "mark_me", event_id))
                await asyncio.to_thread(valkey.start)
                equal_after = await seconds_until_equal(time.monotonic())
                for life in lives:
                    life.cancel()
    told = {
        "changes while it was away": len(shown_after),
        "shown after": shown_after,
        "equal after": equal_after,
    }
    is_reached = bool(shown_after) and max(equal_after, *shown_after) <= MAX_EQUAL_SECONDS
    goal = f"all lists equal within {MAX_EQUAL_SECONDS:.0f} s"
    return Figure(f"Valkey is away for {GAP_SECONDS:.0f} s", goal, told, is_reached)
