"""Two of `attendance serve` on different ports, as on two machines, for tests to share."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.support.killable_servers import Restartable, a_valkey, restarted
from tests.support.live_house import Ended, Wire, eventually
from tests.support.metrics import PORT, Metrics
from tests.support.people import Person, an_event, marks, people
from tests.support.postgres import a_database
from tests.support.service_process import SECONDS, Service, free_port, running
from tests.support.visitor import Visitor

TOLD_SECONDS = 2.0  # for what is told at once; rooms are read again every 3
READ_AGAIN_SECONDS = 5.0  # until a room that was told nothing has been read again


@dataclass(frozen=True)
class Pair:
    """Both, what they were started with, and what carries their announcements."""

    one: Service
    two: Service
    settings: Mapping[str, str]
    folder: Path
    notifier: Restartable
    metrics_ports: tuple[int, int]  # where each of them tells

    def metrics(self) -> tuple[Metrics, Metrics]:
        """The metrics of each."""
        first, second = self.metrics_ports
        return Metrics(first), Metrics(second)

    def reconnects(self) -> list[float]:
        """How often each has found its notifier's server again."""
        return [each.value("notifier_reconnects_total") for each in self.metrics()]

    @asynccontextmanager
    async def notifier_away(self) -> AsyncIterator[None]:
        """Its server is killed; afterwards it is back, and both have found it."""
        before = self.reconnects()
        self.notifier.kill()
        try:
            yield
        finally:
            await restarted(self.notifier)
            await eventually(
                lambda: all(a > b for a, b in zip(self.reconnects(), before, strict=True)), SECONDS
            )

    @contextmanager
    def third(self, name: str, command: list[str]) -> Iterator[Service]:
        """One more over the same database, for a test that kills it."""
        folder = self.folder / name
        folder.mkdir()
        with running(folder, self.settings, migrate=False, command=command) as service:
            yield service


@contextmanager
def a_pair(folder: Path, notifier: Restartable, settings: Mapping[str, str]) -> Iterator[Pair]:
    """Started, over an empty database at the newest revision."""
    given = {
        "ATTENDANCE_NOTIFIER_URL": notifier.url,
        "ATTENDANCE_FILES_URL": (folder / "files").as_uri(),
        **settings,
    }
    first, second = free_port(), free_port()
    for name in ("one", "two"):
        (folder / name).mkdir()
    with (
        running(folder / "one", {**given, PORT: str(first)}, migrate=False) as one,
        running(folder / "two", {**given, PORT: str(second)}, migrate=False) as two,
    ):
        yield Pair(one, two, given, folder, notifier, (first, second))


@contextmanager
def two_services(folder: Path, postgres_server: str) -> Iterator[list[Service]]:
    """Over one PostgreSQL, one Valkey and one folder of files, as in `deploy/compose.yaml`."""
    with ExitStack() as stack:
        valkey = stack.enter_context(a_valkey())
        url = stack.enter_context(a_database(postgres_server))
        settings = {
            "ATTENDANCE_DATABASE_URL": url.render_as_string(hide_password=False),
            "ATTENDANCE_NOTIFIER_URL": valkey.url,
            "ATTENDANCE_FILES_URL": (folder / "files").as_uri(),
        }
        started: list[Service] = []
        for name in ("one", "two"):
            (folder / name).mkdir()
            service = running(folder / name, settings, migrate=not started)
            started.append(stack.enter_context(service))
        yield started


def at(person: Person, service: Service) -> Person:
    """The same person, with the same session, at another service."""
    visitor = Visitor(service.url, "en")
    visitor._cookies = person.visitor._cookies
    return Person(visitor, person.user_id)


@contextmanager
def stalled(service: Service) -> Iterator[None]:
    """It does nothing meanwhile, and does not know it."""
    os.kill(service.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(service.process.pid, signal.SIGCONT)


class LastHeard(NamedTuple):
    """The messages of the frames that were still on their way, and the code of the close."""

    messages: list[str]
    code: int


async def heard_until_closed(wire: Wire) -> LastHeard:
    """Hears all that comes before the close."""
    messages = []
    try:
        while True:
            messages.append((await wire.heard())["message"])
    except Ended as ended:
        return LastHeard(messages, ended.code)


async def meet_without_their_notifier_only_later(pair: Pair) -> None:
    """What comes while it is away is found by reading again; afterwards they tell at once."""
    early, late, marker = people(pair.one, 3)
    event_id = an_event(marker)
    async with at(marker, pair.two).opens("marking", event_id) as marking:
        await marking.hears("marking_list", marking_list=[])
        async with pair.notifier_away(), early.opens("mark_me", event_id) as waits:
            asked = time.monotonic()
            await marking.hears("user_joined", user_id=early.user_id)
            assert time.monotonic() - asked < READ_AGAIN_SECONDS
            await marks(marking, waits, early.user_id)
        async with late.opens("mark_me", event_id):
            asked = time.monotonic()
            await marking.hears("user_joined", user_id=late.user_id)
            assert time.monotonic() - asked < TOLD_SECONDS  # told, not found by reading again
