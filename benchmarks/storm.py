"""What a worker that is left alone does when everybody comes back to it at once.

    python -m benchmarks.storm

Hundreds of different people open their sockets in one instant at one `attendance serve` with
PostgreSQL, four of five to wait and one of five to mark. A marker's time ends with the first list;
one who waits is there when the handshake is answered. Each number is the median of three runs,
each with people and an event of its own, in a service that has just started.
"""

from __future__ import annotations

import asyncio
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop
from sqlalchemy import URL
from websockets.asyncio.client import ClientConnection, connect

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.postgres import PostgresStore
from benchmarks.marking import an_event, cpu_seconds, opened, p99, people
from tests.support.postgres import a_database, shared_server

SIZES = (200, 500, 1000)
RUNS = 3
MARKERS_EACH = 5  # one of so many marks
A_MOMENT = 0.5  # seconds
HEADING = """\
| sockets at once | list p50 / p99 s | waiting p50 / p99 s | turned away | service CPU ms each |
|---|---|---|---|---|"""


@dataclass(frozen=True)
class Came:
    """A socket, and the seconds until its list, or its silence, or its refusal."""

    wire: ClientConnection
    role: str
    seconds: float
    is_refused: bool


@contextmanager
def service(folder: Path, url: URL) -> Iterator[tuple[int, int]]:
    """One alone, without a notifier; its port and process id."""
    environment = os.environ | {
        "ATTENDANCE_DATA_DIR": str(folder),
        "ATTENDANCE_DATABASE_URL": url.render_as_string(hide_password=False),
        "ATTENDANCE_PORT": "0",
        "ATTENDANCE_LOG_FORMAT": "json",
    }
    with (
        (folder / "log").open("a") as log,
        subprocess.Popen(
            [sys.executable, "-m", "attendance_web.cli", "serve"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            yield int(ready.partition(" (")[0].rpartition(":")[2]), process.pid
        finally:
            process.kill()


async def comes(socket: connect, role: str) -> Came:
    """Opens it, and leaves it open."""
    begun = time.perf_counter()
    wire = await socket
    frame = await first_frame(wire) if role == "marking" else None
    seconds = time.perf_counter() - begun
    if frame is None:  # who is turned away hears of it right after the handshake
        with suppress(TimeoutError):
            async with asyncio.timeout(A_MOMENT):
                frame = await first_frame(wire)
    return Came(wire, role, seconds, is_refused=frame is not None and frame["result"] == "error")


async def first_frame(wire: ClientConnection) -> dict[str, Any]:
    """Of a list, or of a refusal."""
    return dict(json.loads(await wire.recv()))


async def storm(folder: Path, url: URL, number: int) -> list[float]:
    """What goes into the cells of a row."""
    store = PostgresStore(url, LocalNotifier())
    await store.start()
    event_id = await store.transact(an_event)
    pairs = await store.transact(lambda unit: people(unit, number // 2))
    await store.close()
    tokens = [token for pair in pairs for token in pair]
    roles = ["mark_me" if at % MARKERS_EACH else "marking" for at in range(number)]
    with service(folder, url) as (port, pid):
        used = cpu_seconds(pid)
        came = await asyncio.gather(
            *(
                comes(opened(port, role, event_id, token), role)
                for role, token in zip(roles, tokens, strict=True)
            )
        )
        used = cpu_seconds(pid) - used
    for each in came:
        each.wire.transport.abort()
    cells: list[float] = []
    for role in ("marking", "mark_me"):
        seconds = [each.seconds for each in came if each.role == role and not each.is_refused]
        cells += [statistics.median(seconds), p99(seconds)] if seconds else [math.inf] * 2
    return [*cells, sum(each.is_refused for each in came), used / number * 1000]


async def main() -> None:
    """Prints a table."""
    print(HEADING)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with shared_server(folder) as address:
            for number in SIZES:
                runs = []
                for _ in range(RUNS):
                    with a_database(address) as url:
                        runs.append(await storm(folder, url, number))
                row = [statistics.median(each) for each in zip(*runs, strict=True)]
                print(
                    "| {} | {:.2f} / {:.2f} | {:.2f} / {:.2f} | {:.0f} | {:.1f} |".format(
                        number, *row
                    )
                )


if __name__ == "__main__":
    uvloop.run(main())
