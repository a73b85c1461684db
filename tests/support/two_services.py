"""Two of `attendance serve` on different ports, as on two machines, for tests to share."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.support.eventually import eventually
from tests.support.killable_servers import Restartable, a_valkey, start_again
from tests.support.metrics import METRICS_PORT_SETTING, Metrics
from tests.support.people import Person, create_event, marks, sign_up_people
from tests.support.postgres_databases import a_database
from tests.support.service_process import PATIENCE_SECONDS, Service, free_port, running
from tests.support.wires import Ended, Wire

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

    @property
    def services(self) -> tuple[Service, Service]:
        """Both, the first one first."""
        return self.one, self.two

    def metrics(self) -> tuple[Metrics, Metrics]:
        """Reads the metrics of each."""
        first, second = self.metrics_ports
        return Metrics(first), Metrics(second)

    def reconnects(self) -> list[float]:
        """Reads how often each has found its notifier's server again."""
        return [each.value("notifier_reconnects_total") for each in self.metrics()]

    @asynccontextmanager
    async def notifier_away(self) -> AsyncIterator[None]:
        """Kills its server; at the end of the block it is back, and both have found it."""
        before = self.reconnects()
        self.notifier.kill()
        try:
            yield
        finally:
            await start_again(self.notifier)
            await eventually(
                lambda: all(a > b for a, b in zip(self.reconnects(), before, strict=True)),
                PATIENCE_SECONDS,
            )

    @contextmanager
    def third(self, name: str, command: list[str]) -> Iterator[Service]:
        """Starts one more over the same database, for a test that kills it."""
        folder = self.folder / name
        folder.mkdir()
        with running(folder, self.settings, migrate=False, command=command) as service:
            yield service


@contextmanager
def a_pair(folder: Path, notifier: Restartable, settings: Mapping[str, str]) -> Iterator[Pair]:
    """Starts both over a database at the newest revision."""
    given = {
        "ATTENDANCE_NOTIFIER_URL": notifier.url,
        "ATTENDANCE_FILES_URL": (folder / "files").as_uri(),
        **settings,
    }
    first, second = free_port(), free_port()
    for name in ("one", "two"):
        (folder / name).mkdir()
    with (
        running(folder / "one", {**given, METRICS_PORT_SETTING: str(first)}, migrate=False) as one,
        running(folder / "two", {**given, METRICS_PORT_SETTING: str(second)}, migrate=False) as two,
    ):
        yield Pair(one, two, given, folder, notifier, (first, second))


@contextmanager
def a_pair_over_valkey(
    folder: Path, postgres_server: str, settings: Mapping[str, str] | None = None
) -> Iterator[Pair]:
    """Starts a pair over one PostgreSQL, one Valkey and one folder, as in `deploy/compose.yaml`."""
    with a_valkey() as valkey, a_database(postgres_server) as url:
        database = {"ATTENDANCE_DATABASE_URL": url.render_as_string(hide_password=False)}
        with a_pair(folder, valkey, {**database, **(settings or {})}) as started:
            yield started


def at(person: Person, service: Service) -> Person:
    """Has the same person, with the same session, call another service."""
    return Person(person.browser.elsewhere(service.url), person.user_id)


@contextmanager
def stalled(service: Service) -> Iterator[None]:
    """Stops a service during the block: it does nothing, and does not know it."""
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


async def check_that_they_meet_later_without_their_notifier(pair: Pair) -> None:
    """Sees what comes meanwhile found by reading again, and afterwards told at once."""
    early, late, marker = sign_up_people(pair.one, 3)
    event_id = create_event(marker)
    async with at(marker, pair.two).opens("marking", event_id) as marking:
        await marking.hears("marking_list", marking_list=[])
        async with pair.notifier_away(), early.opens("mark_me", event_id) as waiting:
            asked_at = time.monotonic()
            await marking.hears("user_joined", user_id=early.user_id)
            assert time.monotonic() - asked_at < READ_AGAIN_SECONDS
            await marks(marking, waiting, early.user_id)
        async with late.opens("mark_me", event_id):
            asked_at = time.monotonic()
            await marking.hears("user_joined", user_id=late.user_id)
            assert time.monotonic() - asked_at < TOLD_SECONDS  # told, not found by reading again
