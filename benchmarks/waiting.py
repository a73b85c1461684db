"""What it costs to tell a room of people who wait where they stand.

    python -m benchmarks.waiting

A thousand people wait in one event of a service process with SQLite, and nobody wants anything but
to know their place. Every second the first of them is marked, so that everybody's place changes all
the time. The same is done with sockets that hear no news; the difference is what news cost.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import uvloop
from websockets.asyncio.client import ClientConnection

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_adapters.system import SystemClock
from benchmarks.marking import an_event, cpu_seconds, heard, opened, people, service

WAITING = 1000
SECONDS = 30
AT_ONCE = 50  # openings
HEADING = """\
| sockets | service CPU % of a core | frames/s |
|---|---|---|"""


async def count(socket: ClientConnection, frames: list[int]) -> None:
    """Counts what a socket hears, until it is closed."""
    async for _ in socket:
        frames[0] += 1


async def run(port: int, pid: int, event: str, tokens: list[str]) -> tuple[float, float]:
    """Marks one a second; answers what it used, in cores, and how many frames a second came."""
    frames = [0]
    turns = asyncio.Semaphore(AT_ONCE)
    async with AsyncExitStack() as stack:

        async def waits(token: str) -> None:
            async with turns:
                socket = await stack.enter_async_context(opened(port, "mark_me", event, token))
            counting.append(asyncio.create_task(count(socket, frames)))

        counting: list[asyncio.Task[None]] = []
        await asyncio.gather(*map(waits, tokens[1:]))
        marking = await stack.enter_async_context(opened(port, "marking", event, tokens[0]))
        listed = (await heard(marking, "marking_list"))["marking_list"]
        await asyncio.sleep(5)  # whoever opened hears where they stand
        used, begun, before = cpu_seconds(pid), time.perf_counter(), frames[0]
        for number in range(SECONDS):
            chosen = {"message": "prepare_to_mark", "params": {"user_id": listed[number]}}
            await marking.send(json.dumps(chosen))
            await marking.send('{"message":"confirm_marking"}')
            await heard(marking, "marked")
            await asyncio.sleep(begun + number + 1 - time.perf_counter())
        seconds = time.perf_counter() - begun
        used, told = (cpu_seconds(pid) - used) / seconds, (frames[0] - before) / seconds
        for each in counting:
            each.cancel()
        return used, told


async def main() -> None:
    """Prints a table."""
    print(HEADING)
    found = []
    for name, asks in (("without news", ""), ("with news", "&news=1")):
        with tempfile.TemporaryDirectory() as temporary, service(Path(temporary)) as (port, pid):
            store = SqliteStore(Path(temporary) / "attendance.db", SystemClock(), LocalNotifier())
            await store.start()
            event_id = await store.transact(an_event)
            pairs = await store.transact(partial(people, number=WAITING // 2 + 1))
            await store.close()
            tokens = [token for pair in pairs for token in pair][: WAITING + 1]
            used, told = await run(port, pid, f"{event_id}{asks}", tokens)
            found.append(used)
            print(f"| {name} | {used:.1%} | {told:.0f} |")
    print(f"News cost {found[1] - found[0]:.1%} of a core.")


if __name__ == "__main__":
    uvloop.run(main())
