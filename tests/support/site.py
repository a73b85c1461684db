"""A browser, or a program, over the whole application, in this process and this event loop.

A test module imports the site it wants, and Anna in it: ``site_in_memory as site, anna``.
"""

from __future__ import annotations

import itertools
import json
import math
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from attendance_adapters import Attendance, embedded
from attendance_core.accounts import Actor, session_id_of
from attendance_core.bearer_tokens import TokenScope
from attendance_core.marking.connections import Connection, Role
from attendance_core.ports import Unit
from attendance_core.testing.clock import TestClock
from attendance_core.testing.tokens import add_token
from attendance_core.vocabulary import LATEST_INSTANT, EventId, UserId
from attendance_web.http.limits import Limits
from attendance_web.http.session_cache import SessionCache
from attendance_web.main import Application
from attendance_web.wire import refusal_pace
from tests.support.quick_app import quick_app
from tests.support.quick_passwords import quickly_hashed
from tests.support.sqlite_file import folder_with_database

if TYPE_CHECKING:
    from attendance_adapters.oidc import OpenIdProvider

PASSWORD = "correct horse battery"
ORIGIN = "http://attendance.test"
numbers = itertools.count(1)


@dataclass
class Browser:
    """Keeps cookies, and repeats `csrftoken` as our page does."""

    client: httpx.AsyncClient
    user_id: int = 0
    username: str = ""

    async def get(self, path: str, **given: Any) -> httpx.Response:
        """Sends a GET with these arguments."""
        return await self.client.get(path, params=given)

    async def post(self, path: str, **given: Any) -> httpx.Response:
        """Sends a POST with these arguments, as JSON."""
        return await self.send(path, json=given)

    async def send(self, path: str, **how: Any) -> httpx.Response:
        """Sends a POST otherwise: ``content``, ``data``, ``files``, ``json``, ``headers``."""
        headers = {"X-CSRFToken": await self.csrf_token(), **how.pop("headers", {})}
        return await self.client.post(path, headers=headers, **how)

    async def csrf_token(self) -> str:
        """Reads the cookie `csrftoken`, which any first GET sets."""
        if "csrftoken" not in self.client.cookies:
            await self.get("/api/auth/GetCurrentUserId")
        return self.client.cookies["csrftoken"]

    async def sign_up(self, username: str, **more: Any) -> Browser:
        """Signs up a new person, who is logged in then; answers their browser."""
        self.username = username
        given = {"username": username, "password": PASSWORD, **more}
        self.user_id = response(await self.post("/accounts/signup/", **given))["user_id"]
        return self

    async def create_event(
        self, name: str = "Лекция", *, starts: int = -60, lasts: int = 3600
    ) -> str:
        """Creates an event with a name of its own, which starts so many seconds after now."""
        start = int(TestClock().at) + starts
        given = {"name": f"{name} {next(numbers)}", "time_from": start, "time_to": start + lasts}
        made = response(await self.post("/api/events/CreateEvent", **given))
        event_id: str = made["event_id"]
        return event_id

    @property
    def session(self) -> str | None:
        """The cookie that no page can read."""
        return self.client.cookies.get("sessionid")


@dataclass
class Site:
    """The application, and what is behind it."""

    app: Application
    attendance: Attendance
    clock: TestClock

    def browser(self, **how: Any) -> Browser:
        """Makes one that has not been here yet."""
        app: Any = self.app  # httpx has a narrower type for applications
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        how = {"base_url": ORIGIN, "headers": {"Accept-Language": "en"}, **how}
        return Browser(httpx.AsyncClient(transport=transport, **how))

    async def add_person(self, name: str = "person", **more: Any) -> Browser:
        """Signs up a new person, with a user name of their own; answers their browser."""
        return await self.browser().sign_up(f"{name}{next(numbers)}", **more)

    async def add_program(
        self, person: Browser, scopes: Iterable[TokenScope] = TokenScope, lasts: float = 86_400
    ) -> Browser:
        """Gives a program of theirs a bearer token; answers what sends it."""
        token = f"token-{next(numbers)}"

        def work(unit: Unit) -> None:
            add_token(unit, person.user_id, token, scopes, lasts=lasts)

        await self.attendance.use_cases.log_out.transact(work)
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        return replace(self.browser(headers=headers), user_id=person.user_id)

    def connection(self, event_id: str, person: Browser, role: Role) -> Connection:
        """Makes what a socket of theirs would be stored as."""
        actor = Actor(UserId(person.user_id), session_id_of(str(person.session)))
        return self.attendance.connection(actor, EventId(UUID(event_id)), role)

    async def wait(self, event_id: str, asker: Browser) -> None:
        """Has them wait to be marked."""
        connection = self.connection(event_id, asker, Role.MARK_ME)
        await self.attendance.use_cases.mark_me(connection=connection)

    async def hold(self, event_id: str, asker: Browser, marker: Browser) -> Connection:
        """Has them wait, and a marker choose them."""
        await self.wait(event_id, asker)
        use_cases = self.attendance.use_cases
        marking = self.connection(event_id, marker, Role.MARKING)
        await use_cases.ready_to_mark(connection=marking)
        await use_cases.prepare_to_mark(connection=marking, target=UserId(asker.user_id))
        return marking

    async def mark(self, event_id: str, asker: Browser, marker: Browser) -> None:
        """Has them wait, and a marker mark them."""
        marking = await self.hold(event_id, asker, marker)
        await self.attendance.use_cases.confirm_marking(connection=marking, target=None)

    async def forget_tallies(self, stopwatch: Callable[[], float] = time.monotonic) -> None:
        """Forgets what counts against anybody; from now on calls are counted by this stopwatch."""
        limits = Limits(self.attendance.use_cases, stopwatch)
        self.app.services = replace(self.app.services, limits=limits)
        transact = self.attendance.use_cases.log_out.transact
        await transact(lambda unit: unit.tallies.remove_lapsed(LATEST_INSTANT))


@asynccontextmanager
async def opened_site(
    folder: Path | None,
    refusals_at_once: float = math.inf,
    provider: Callable[[TestClock], OpenIdProvider] | None = None,
) -> AsyncIterator[Site]:
    """Opens one over SQLite in a folder, or in memory; so many refusals are told at once."""
    clock = TestClock()
    with quickly_hashed():
        lets_in = None if provider is None else provider(clock)
        made = embedded(folder_with_database(folder), clock=clock, provider=lets_in)
    async with site_over(made, clock, refusals_at_once) as site:
        yield site


@asynccontextmanager
async def site_over(
    made: Attendance, clock: TestClock, refusals_at_once: float = math.inf
) -> AsyncIterator[Site]:
    """Opens one over this service, by this clock; the service is started and closed."""
    async with made as attendance:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(refusal_pace, "MAX_AT_ONCE", refusals_at_once)
            app = quick_app(attendance)
        session_cache = SessionCache(attendance.use_cases.identify, clock.now)
        app.services = replace(app.services, session_cache=session_cache)
        yield Site(app, attendance, clock)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site_in_memory() -> AsyncIterator[Site]:
    """One for all tests of a module."""
    async with opened_site(None) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site_in_folder(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One over SQLite for all tests of a module."""
    async with opened_site(tmp_path_factory.mktemp("site")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def anna(site: Site) -> Browser:
    """Somebody there, and so are the next."""
    return await site.add_person("anna", display_name="Анна")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def boris(site: Site) -> Browser:
    return await site.add_person("boris", display_name="Борис")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def vera(site: Site) -> Browser:
    return await site.add_person("vera", display_name="Вера")


def as_escaped_json(given: object) -> dict[str, Any]:
    """Makes what `send` takes: a body of JSON with all but ASCII escaped, lone surrogates too."""
    return {"content": json.dumps(given), "headers": {"Content-Type": "application/json"}}


def envelope(answer: httpx.Response) -> dict[str, Any]:
    """Reads the envelope that every answer is."""
    assert answer.headers["content-type"] == "application/json", answer.text
    told: dict[str, Any] = answer.json()
    assert isinstance(told["error"], int) and isinstance(told["error_msg"], str), told
    return told


def response(answer: httpx.Response) -> Any:
    """Reads the response of a call, which has to have been carried out."""
    told = envelope(answer)
    assert (answer.status_code, told["error"], told["error_msg"]) == (200, 0, ""), told
    assert "code" not in told, told
    return told["response"]


async def event_ids(browser: Browser, path: str, **given: Any) -> list[str]:
    """Reads the ids of a list of events, in its order."""
    return [each["event_id"] for each in response(await browser.get(path, **given))]


def refusal(answer: httpx.Response, error: int, *, status: int = 200) -> str:
    """Reads the text of an answer, which has to be a refusal with this number."""
    told = envelope(answer)
    assert (answer.status_code, told["error"]) == (status, error), told
    assert told["error_msg"] and told["code"] and "response" not in told
    text: str = told["error_msg"]
    return text


def code(answer: httpx.Response, error: int, *, status: int = 200) -> str:
    """Reads the code of an answer, which has to be a refusal with this number."""
    refusal(answer, error, status=status)
    return str(envelope(answer)["code"])
