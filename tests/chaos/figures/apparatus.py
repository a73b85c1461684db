"""What figures are measured with: services, servers, and people who return."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from websockets.exceptions import InvalidHandshake

from attendance_adapters import migrate
from tests.support.gathering import Person, opened
from tests.support.killable_servers import Postgres, Valkey, a_postgres, a_valkey
from tests.support.service_process import Service, running
from tests.support.wires import Ended, Wire

START_SECONDS: Final = 30.0


@contextmanager
def services(
    folder: Path, count: int, postgres: Postgres, valkey: Valkey, workers: int = 1
) -> Iterator[list[Service]]:
    """Starts so many over these servers, each with so many workers."""
    settings = {
        "ATTENDANCE_DATABASE_URL": postgres.url,
        "ATTENDANCE_NOTIFIER_URL": valkey.url,
        "ATTENDANCE_FILES_URL": (folder / "files").as_uri(),
        "ATTENDANCE_WORKERS": str(workers),
    }
    if not count:
        yield []
        return
    (folder / str(count)).mkdir()
    with (
        running(folder / str(count), settings, migrate=False) as last,
        services(folder, count - 1, postgres, valkey, workers) as others,
    ):
        yield [*others, last]


class Servers(NamedTuple):
    """An empty folder, an empty database, and a Valkey."""

    folder: Path
    postgres: Postgres
    valkey: Valkey


@contextmanager
def servers() -> Iterator[Servers]:
    """Starts them, and ends them with the block."""
    with (
        tempfile.TemporaryDirectory(dir=".") as folder,
        a_postgres() as postgres,
        a_valkey() as valkey,
    ):
        migrate(postgres.url)
        yield Servers(Path(folder).absolute(), postgres, valkey)


@dataclass
class Returning:
    """Somebody who comes back at once whenever their socket ends."""

    doors: Sequence[Service]
    person: Person
    role: str
    event_id: str
    wire: Wire | None = None
    came: int = 0  # how often

    async def live(self) -> None:
        """Comes, and comes back, until it is cancelled."""
        while True:
            door = self.doors[self.came % len(self.doors)]
            with suppress(Ended, OSError, InvalidHandshake, EOFError):
                async with opened(door, self.person, self.role, self.event_id) as wire:
                    self.wire, self.came = wire, self.came + 1
                    while True:
                        with suppress(TimeoutError):
                            await wire.heard()
            self.wire = None
            await asyncio.sleep(0.05)

    def sees(self, waiting: set[int]) -> bool:
        """Tells whether those, and nobody else, are on the list."""
        return self.wire is not None and set(self.wire.listed) == waiting


async def seconds_until(happened: Callable[[], bool], since: float, within: float = 60.0) -> float:
    """Waits until it is so; answers how many seconds that was after an instant."""
    async with asyncio.timeout(within):
        while not happened():
            await asyncio.sleep(0.005)
    return round(time.monotonic() - since, 3)
