"""Two of `attendance serve` on different ports, as on two machines, for tests to share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from attendance_web.demo.client import Visitor
from tests.contract.test_metrics import PORT, Told
from tests.contract.test_processes import Person
from tests.support.killable_servers import Restartable, restarted
from tests.support.live_house import eventually
from tests.support.service_process import SECONDS, Service, free_port, running


@dataclass(frozen=True)
class Pair:
    """Both, what they were started with, and what carries their announcements."""

    one: Service
    two: Service
    settings: Mapping[str, str]
    folder: Path
    notifier: Restartable
    metrics: tuple[int, int]  # where each of them tells

    def told(self) -> tuple[Told, Told]:
        """The metrics of each."""
        first, second = self.metrics
        return Told(first), Told(second)

    def reconnects(self) -> list[float]:
        """How often each has found its notifier's server again."""
        return [each.value("notifier_reconnects_total") for each in self.told()]

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


def at(person: Person, service: Service) -> Person:
    """The same person, with the same session, at another service."""
    visitor = Visitor(service.url, "en")
    visitor._cookies = person.visitor._cookies
    return Person(visitor, person.user_id)
