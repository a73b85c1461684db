"""What a whole marking costs a real service, and how long people wait for an answer.

    python -m benchmarks.marking

Rooms of one asker and one marker go through the cycle again and again, over real sockets and a
service process with SQLite: both open, prepare, confirm, the asker is told and is closed, the
marker leaves. The service's CPU is what its process used, so a busy machine does not blur it.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_adapters.system import RandomIds, SystemClock
from attendance_core import ports
from attendance_core.accounts import CredentialKind, Session, session_id_of
from attendance_core.events import Event
from attendance_core.profiles import Profile
from attendance_core.vocabulary import EventId

ROOMS = (1, 50, 200)
CYCLES = 600  # in a run, in all rooms together
HEADING = """\
| rooms at once | markings/s | service CPU ms each | prepare p50 / p99 ms | confirm p50 / p99 ms |
|---|---|---|---|---|"""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Times:
    """Milliseconds that were waited for, by what for."""

    prepare: list[float] = field(default_factory=list)
    confirm: list[float] = field(default_factory=list)


@contextmanager
def service(folder: Path) -> Iterator[tuple[int, int]]:
    """A service of its own; its port and process id."""
    environment = os.environ | {
        "ATTENDANCE_DATA_DIR": str(folder),
        "ATTENDANCE_PORT": "0",
        "ATTENDANCE_LOG_FORMAT": "json",
    }
    command = [sys.executable, "-m", "attendance_web.cli"]
    subprocess.run([*command, "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL)
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [*command, "serve"], env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        assert process.stdout is not None
        ready = process.stdout.readline()
        yield int(ready.partition(" (")[0].rpartition(":")[2]), process.pid
        process.terminate()


def people(unit: ports.Unit, number: int) -> list[tuple[str, str]]:
    """So many pairs of session tokens: one who waits, one who marks."""
    now, pairs = unit.now(), []
    for _ in range(number):
        tokens = uuid4().hex, uuid4().hex
        for token in tokens:
            user_id = unit.accounts.add(token, "hash", now)
            unit.profiles.add(Profile(user_id, token))
            session = Session(session_id_of(token), user_id, CredentialKind.COOKIE, now, now)
            unit.sessions.add(session)
        pairs.append(tokens)
    return pairs


def an_event(unit: ports.Unit) -> EventId:
    """One that has begun."""
    event_id, code, now = EventId(uuid4()), RandomIds().event_code(), unit.now()
    creator = unit.accounts.add(event_id.hex, "hash", now)
    unit.events.add(Event(event_id, str(event_id), creator, now - 60, now + 3600, code))
    return event_id


def opened(port: int, role: str, event_id: EventId | str, token: str) -> connect:
    """A socket, to be entered."""
    return connect(
        f"ws://127.0.0.1:{port}/ws/{role}?event_id={event_id}",
        additional_headers={"Cookie": f"sessionid={token}"},
        compression=None,
        proxy=None,
    )


async def heard(socket: ClientConnection, message: str) -> dict[str, Any]:
    """The params of the next frame of this name."""
    while True:
        frame = json.loads(await socket.recv())
        assert frame["result"] == "ok", frame
        if frame["message"] == message:
            return dict(frame.get("params", {}))


async def cycle(port: int, event_id: EventId, asker: str, marker: str, times: Times) -> None:
    """One marking, from both openings to both ends."""
    async with (
        opened(port, "mark_me", event_id, asker) as waiting,
        opened(port, "marking", event_id, marker) as marking,
    ):
        (user_id, *_) = (await heard(marking, "marking_list"))["marking_list"]
        begun = time.perf_counter()
        await marking.send(
            json.dumps({"message": "prepare_to_mark", "params": {"user_id": user_id}})
        )
        await heard(marking, "prepared")
        held = time.perf_counter()
        await marking.send('{"message":"confirm_marking"}')
        await heard(waiting, "was_marked")
        times.prepare.append((held - begun) * 1000)
        times.confirm.append((time.perf_counter() - held) * 1000)
        await heard(marking, "marked")
        try:
            await waiting.recv()
        except ConnectionClosed:
            return


async def run(port: int, pid: int, rooms: list[tuple[EventId, list[tuple[str, str]]]]) -> str:
    """A row of the table."""
    times = Times()

    async def one(event_id: EventId, pairs: list[tuple[str, str]]) -> None:
        for asker, marker in pairs:
            await cycle(port, event_id, asker, marker, times)

    used, begun = cpu_seconds(pid), time.perf_counter()
    await asyncio.gather(*(one(*room) for room in rooms))
    seconds = time.perf_counter() - begun
    used = cpu_seconds(pid) - used
    done = len(times.confirm)
    cells = [
        str(len(rooms)),
        f"{done / seconds:.0f}",
        f"{used / done * 1000:.2f}",
        *(
            f"{statistics.median(each):.1f} / {p99(each):.1f}"
            for each in (times.prepare, times.confirm)
        ),
    ]
    return "| " + " | ".join(cells) + " |"


def p99(values: list[float]) -> float:
    """The 99th percentile."""
    return sorted(values)[int(len(values) * 0.99)]


def cpu_seconds(pid: int) -> float:
    """What a process has used, all its threads together."""
    _, _, rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")
    fields = rest.split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def main() -> None:
    """Prints a table."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with service(folder) as (port, pid):
            store = SqliteStore(folder / "attendance.db", SystemClock(), LocalNotifier())
            await store.start()
            print(HEADING)
            for number in ROOMS:
                rooms = [
                    (
                        await store.transact(an_event),
                        await store.transact(partial(people, number=CYCLES // number)),
                    )
                    for _ in range(number)
                ]
                print(await run(port, pid, rooms))
            await store.close()


if __name__ == "__main__":
    uvloop.run(main())
