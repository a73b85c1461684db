"""A class whose service is killed in the middle of a call."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support import dying_service
from tests.support.gathering import gathering
from tests.support.http_browser import CallFailed, HttpBrowser
from tests.support.people import Person
from tests.support.postgres_databases import a_database
from tests.support.service_process import (
    COMMAND,
    PATIENCE_SECONDS,
    Service,
    bring_up_to_date,
    running,
)
from tests.support.two_services import at
from tests.support.wires import Wire


class Class:
    """An event, its people, and services of which one dies at each call that it is to die at."""

    def __init__(
        self, folder: Path, settings: Mapping[str, str], point: str, another_lives: bool
    ) -> None:
        self.folder = folder
        self.settings = settings
        self.point = point
        self.another_lives = another_lives  # beside the process that dies
        self.event_id = ""
        self.people: list[Person] = []
        self._services = ExitStack()
        self._stays: Service | None = None
        self._dies: Service | None = None

    @property
    def service(self) -> Service:
        """Where people are: the one that lives on, or the one that came last."""
        found = self._stays or self._dies
        assert found is not None
        return found

    def begins(self, call: str) -> None:
        """Starts the first one that is to die, in this call."""
        if self.another_lives:
            self._stays = self._starts("stays", COMMAND)
        self._dies_next(call)

    def ends(self) -> None:
        self._services.close()

    def _starts(self, name: str, command: Sequence[str]) -> Service:
        folder = self.folder / name if self.another_lives else self.folder
        folder.mkdir(exist_ok=True)
        started = running(folder, self.settings, migrate=False, command=command)
        return self._services.enter_context(started)

    def _dies_next(self, call: str | None) -> None:
        """Starts the next one that is to die; without a call it is one that lives."""
        armed = [COMMAND[0], str(dying_service.PROGRAM), f"{call}:{self.point}"]
        self._dies = self._starts(f"dies_in_{call}", COMMAND if call is None else armed)

    async def dies_in(self, who: Person, call: str, then: str | None, **given: Any) -> None:
        """Makes a call that its service dies in; the next one is to die in ``then``, if any."""
        assert self._dies is not None
        with pytest.raises((CallFailed, ConnectionError)):
            await self._calls(self._dies, who, call, given)
        assert self._dies.process.wait(PATIENCE_SECONDS) == -signal.SIGKILL
        if then is not None or not self.another_lives:
            await asyncio.to_thread(self._dies_next, then)

    async def calls(self, who: Person, call: str, **given: Any) -> Any:
        """Makes a call where people are; answers its response."""
        return await self._calls(self.service, who, call, given)

    async def _calls(self, service: Service, who: Person, call: str, given: Any) -> Any:
        browser = at(who, service).browser
        says = browser.get if call.startswith("Get") else browser.post
        path = f"/api/events/{call}"
        return await asyncio.to_thread(says, path, event_id=self.event_id, **given)

    async def ledger(self, creator: Person, *of: Person) -> list[tuple[Any, ...]]:
        """Reads that of one person, or of all, the first entry first."""
        given = {"user_id": of[0].user_id} if of else {}
        found = (await self.calls(creator, "GetLedger", **given))["entries"]
        return [
            (each["user_id"], each["n"], each["actor_id"], each["origin"], each["reason"])
            for each in reversed(found)
        ]

    async def karma(self, person: Person) -> int:
        return await asyncio.to_thread(at(person, self.service).karma)

    async def event(self) -> Any:
        browser = HttpBrowser(self.service.url, "en")
        return await asyncio.to_thread(
            browser.get, "/api/events/GetEventByID", event_id=self.event_id
        )

    def state(self, person: Person, creator: Person) -> str:
        return person.state(self.event_id, at(creator, self.service))

    @asynccontextmanager
    async def opens(self, person: Person, role: str) -> AsyncIterator[Wire]:
        async with at(person, self.service).opens(role, self.event_id) as wire:
            yield wire


@pytest.fixture(params=["sqlite", "postgres"])
def a_class(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Class]]:
    with ExitStack() as ends:

        def made(point: str) -> Class:
            another_lives = request.param == "postgres"
            settings = {"ATTENDANCE_GRACE_SECONDS": "60"}  # a busy machine starts one in ten
            if another_lives:
                server = request.getfixturevalue("postgres_server")
                url = ends.enter_context(a_database(server)).render_as_string(hide_password=False)
                settings |= {
                    "ATTENDANCE_DATABASE_URL": url,
                    "ATTENDANCE_NOTIFIER_URL": url,
                    "ATTENDANCE_FILES_URL": (tmp_path / "files").as_uri(),
                }
            else:
                bring_up_to_date(tmp_path, settings)
            found = Class(tmp_path, settings, point, another_lives)
            ends.callback(found.ends)
            return found

        yield made


async def gather(the_class: Class, number: int) -> list[Person]:
    """Adds people who are logged in, the creator first; no service runs yet."""
    url = f"sqlite:///{the_class.folder}/var/attendance.db"
    made = await gathering(the_class.settings.get("ATTENDANCE_DATABASE_URL", url), number)
    the_class.event_id = made.event_id
    found = []
    for each in made.people:
        browser = HttpBrowser("http://127.0.0.1", "en", sessionid=each.token, csrftoken="chaos")
        found.append(Person(browser, each.user_id))
    return found


async def lists(wire: Wire, *people: Person) -> None:
    """Returns once a marker's client lists these, somebody at least."""
    wanted = {each.user_id for each in people}
    while set(wire.listed) != wanted:
        await wire.heard()


async def confirms_and_is_refused(wire: Wire, code: str, person: Person) -> None:
    """Confirms, which has to be refused with this code, whatever else is told before."""
    frame = await wire.asks("confirm_marking", user_id=person.user_id)
    while frame["result"] == "ok":
        frame = await wire.heard()
    assert frame["params"]["code"] == code
