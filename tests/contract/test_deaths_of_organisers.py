"""A class whose service is killed in the middle of every call of an organiser. Contract: 6.13, 8.

Over PostgreSQL another process lives on, with everybody's sockets; over SQLite another one comes.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support import dying_service
from tests.support.gathering import gathering
from tests.support.http_browser import CallFailed, HttpBrowser
from tests.support.people import Person
from tests.support.postgres import a_database
from tests.support.service_process import (
    COMMAND,
    PATIENCE_SECONDS,
    Service,
    bring_up_to_date,
    running,
)
from tests.support.two_services import READ_AGAIN_SECONDS, at, heard_until_closed
from tests.support.wires import Wire

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]  # it starts eight services


class Class:
    """An event, its people, and services of which one dies at each call that it is to die at."""

    def __init__(self, folder: Path, settings: Mapping[str, str], point: str, lives: bool) -> None:
        self.folder = folder
        self.settings = settings
        self.point = point
        self.lives = lives  # whether another process lives on
        self.event_id = ""
        self.people: list[Person] = []
        self._services = ExitStack()
        self._stays: Service | None = None
        self._dies: Service | None = None

    @property
    def stays(self) -> Service:
        """Where people are: the one that lives on, or the one that came last."""
        service = self._stays or self._dies
        assert service is not None
        return service

    def begins(self, call: str) -> None:
        """The first one comes that is to die, in this call."""
        if self.lives:
            self._stays = self._starts("stays", COMMAND)
        self._dies_next(call)

    def ends(self) -> None:
        self._services.close()

    def _starts(self, name: str, command: Sequence[str]) -> Service:
        folder = self.folder / name if self.lives else self.folder
        folder.mkdir(exist_ok=True)
        started = running(folder, self.settings, migrate=False, command=command)
        return self._services.enter_context(started)

    def _dies_next(self, call: str | None) -> None:
        """Without a call it is one that lives."""
        armed = [COMMAND[0], str(dying_service.PROGRAM), f"{call}:{self.point}"]
        self._dies = self._starts(f"dies_in_{call}", COMMAND if call is None else armed)

    async def dies_in(self, who: Person, call: str, then: str | None, **given: Any) -> None:
        """The next one is to die in the call ``then``, if there is one."""
        assert self._dies is not None
        with pytest.raises((CallFailed, ConnectionError)):
            await self._calls(self._dies, who, call, given)
        assert self._dies.process.wait(PATIENCE_SECONDS) == -signal.SIGKILL
        if then is not None or not self.lives:
            await asyncio.to_thread(self._dies_next, then)

    async def calls(self, who: Person, call: str, **given: Any) -> Any:
        """What it answers, where people are."""
        return await self._calls(self.stays, who, call, given)

    async def _calls(self, service: Service, who: Person, call: str, given: Any) -> Any:
        browser = at(who, service).browser
        says = browser.get if call.startswith("Get") else browser.post
        path = f"/api/events/{call}"
        return await asyncio.to_thread(says, path, event_id=self.event_id, **given)

    async def ledger(self, creator: Person, *of: Person) -> list[tuple[Any, ...]]:
        """Of one person, or of all, the first entry first."""
        given = {"user_id": of[0].user_id} if of else {}
        found = (await self.calls(creator, "GetLedger", **given))["entries"]
        return [
            (each["user_id"], each["n"], each["actor_id"], each["origin"], each["reason"])
            for each in reversed(found)
        ]

    async def karma(self, person: Person) -> int:
        return await asyncio.to_thread(at(person, self.stays).karma)

    async def event(self) -> Any:
        browser = HttpBrowser(self.stays.url, "en")
        return await asyncio.to_thread(
            browser.get, "/api/events/GetEventByID", event_id=self.event_id
        )

    def state(self, person: Person, creator: Person) -> str:
        return person.state(self.event_id, at(creator, self.stays))

    @asynccontextmanager
    async def opens(self, person: Person, role: str) -> AsyncIterator[Wire]:
        async with at(person, self.stays).opens(role, self.event_id) as wire:
            yield wire


@pytest.fixture(params=["sqlite", "postgres"])
def a_class(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Class]]:
    with ExitStack() as ends:

        def made(point: str) -> Class:
            lives = request.param == "postgres"
            settings = {"ATTENDANCE_GRACE_SECONDS": "60"}  # a busy machine starts one in ten
            if lives:
                server = request.getfixturevalue("postgres_server")
                url = ends.enter_context(a_database(server)).render_as_string(hide_password=False)
                settings |= {
                    "ATTENDANCE_DATABASE_URL": url,
                    "ATTENDANCE_NOTIFIER_URL": url,
                    "ATTENDANCE_FILES_URL": (tmp_path / "files").as_uri(),
                }
            else:
                bring_up_to_date(tmp_path, settings)
            found = Class(tmp_path, settings, point, lives)
            ends.callback(found.ends)
            return found

        yield made


async def gather(the_class: Class, number: int) -> list[Person]:
    """People who are logged in, the creator first; no service runs yet."""
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


async def chooses(wire: Wire, person: Person) -> None:
    frame = await wire.asks("prepare_to_mark", user_id=person.user_id)
    while frame["message"] != "prepared":
        assert frame["result"] == "ok", frame
        frame = await wire.heard()


async def is_refused(wire: Wire, code: str, person: Person) -> None:
    """A confirm is, whatever else is told before."""
    frame = await wire.asks("confirm_marking", user_id=person.user_id)
    while frame["result"] == "ok":
        frame = await wire.heard()
    assert frame["params"]["code"] == code


@pytest.mark.parametrize("point", ["before_commit", "after_commit"])
async def test_repeated_it_is_answered_and_the_ledger_tells_all_of_it(
    a_class: Callable[[str], Class], point: str
) -> None:
    it = a_class(point)
    creator, helper, marker, slip, held, late = await gather(it, 6)
    it.begins("AnnulMark")
    await a_slip_is_annulled(it, creator, marker, slip)
    await it_is_prolonged_while_one_waits(it, creator, held)
    await one_is_marked_by_hand_while_held(it, creator, marker, held)
    await an_assistant_is_named(it, creator, helper)
    await it_is_restricted_while_one_holds(it, creator, marker, helper, late)
    await the_assistant_is_removed_while_they_hold(it, creator, helper, late)
    await it_is_shortened_while_one_is_held(it, creator, late)
    by_hold, by_hand = (marker.user_id, "hold", None), (creator.user_id, "hand", None)
    assert await it.ledger(creator) == [
        (slip.user_id, 1, *by_hold),
        (slip.user_id, 2, creator.user_id, None, "wrong_person"),
        (slip.user_id, 3, *by_hold),
        (held.user_id, 1, *by_hand),
    ]
    everybody = (creator, helper, marker, slip, held, late)
    assert [await it.karma(each) for each in everybody] == [0, 0, 50, 0, 0, 0]


async def a_slip_is_annulled(it: Class, creator: Person, marker: Person, slip: Person) -> None:
    """And they are marked again, and told once of each mark."""
    async with it.opens(slip, "mark_me") as waits, it.opens(marker, "marking") as marking:
        await lists(marking, slip)
        await chooses(marking, slip)
        await marking.says("confirm_marking")
        await waits.hears("was_marked", user_id=marker.user_id)
    wrong: dict[str, Any] = {"user_id": slip.user_id, "n": 1, "reason": "wrong_person"}
    await it.dies_in(creator, "AnnulMark", "UpdateEvent", **wrong)
    assert (await it.calls(creator, "AnnulMark", **wrong)) == {"n": 2}
    assert [n for _, n, *_ in await it.ledger(creator, slip)] == [1, 2]
    assert await it.karma(marker) == 0
    async with it.opens(marker, "marking") as marking, it.opens(slip, "mark_me") as waits:
        await is_refused(marking, "nobody_held", slip)
        await waits.hears_nothing()
        await lists(marking, slip)
        await chooses(marking, slip)
        await marking.says("confirm_marking")
        await waits.hears("was_marked", user_id=marker.user_id)
    assert await it.karma(marker) == 50


async def it_is_prolonged_while_one_waits(it: Class, creator: Person, waiting: Person) -> None:
    ends_at = int(time.time()) + 7200
    async with it.opens(waiting, "mark_me") as waits:
        await it.dies_in(creator, "UpdateEvent", "MarkParticipant", time_to=ends_at)
        await it.calls(creator, "UpdateEvent", time_to=ends_at)
        assert (await it.event())["time_to"] == ends_at
        if it.lives:
            await waits.hears_nothing()
        assert it.state(waiting, creator) == "waiting"


async def one_is_marked_by_hand_while_held(
    it: Class, creator: Person, marker: Person, held: Person
) -> None:
    async with AsyncExitStack() as sockets:
        opens = sockets.enter_async_context
        waits = await opens(it.opens(held, "mark_me"))
        marking = await opens(it.opens(marker, "marking"))
        await lists(marking, held)
        await chooses(marking, held)
        whom = {"user_id": held.user_id}
        await it.dies_in(creator, "MarkParticipant", "AddHelper", **whom)
        assert await it.calls(creator, "MarkParticipant", **whom) == {"n": 1}
        if not it.lives:
            waits = await opens(it.opens(held, "mark_me"))
            marking = await opens(it.opens(marker, "marking"))
        await waits.hears("was_marked", user_id=creator.user_id)
        assert await waits.close_code() == 1000
        await is_refused(marking, "nobody_held", held)
    assert len(await it.ledger(creator, held)) == 1


async def an_assistant_is_named(it: Class, creator: Person, helper: Person) -> None:
    await it.dies_in(creator, "AddHelper", "UpdateEvent", user_id=helper.user_id)
    await it.calls(creator, "AddHelper", user_id=helper.user_id)
    (found,) = (await it.calls(creator, "GetHelpers"))["helpers"]
    assert found["user_id"] == helper.user_id


async def left_out(it: Class, person: Person, marking: Wire) -> None:
    """They are told so at once, or when they come back."""
    if it.lives:
        _, code = await asyncio.wait_for(heard_until_closed(marking), READ_AGAIN_SECONDS)
        assert code == 4403
    async with it.opens(person, "marking") as again:
        assert await again.turns_away() == ("may_not_mark", 4403)


async def it_is_restricted_while_one_holds(
    it: Class, creator: Person, marker: Person, helper: Person, late: Person
) -> None:
    async with it.opens(late, "mark_me"), it.opens(marker, "marking") as marking:
        await lists(marking, late)
        await chooses(marking, late)
        await it.dies_in(creator, "UpdateEvent", "RemoveHelper", who_marks="organisers")
        await it.calls(creator, "UpdateEvent", who_marks="organisers")
        assert it.state(late, creator) == "waiting"
        await left_out(it, marker, marking)
    assert (await it.event())["who_marks"] == "organisers"


async def the_assistant_is_removed_while_they_hold(
    it: Class, creator: Person, helper: Person, late: Person
) -> None:
    async with it.opens(late, "mark_me"), it.opens(helper, "marking") as marking:
        await lists(marking, late)
        await chooses(marking, late)
        await it.dies_in(creator, "RemoveHelper", "UpdateEvent", user_id=helper.user_id)
        await it.calls(creator, "RemoveHelper", user_id=helper.user_id)
        assert it.state(late, creator) == "waiting"
        await left_out(it, helper, marking)
    assert (await it.calls(creator, "GetHelpers")) == {"helpers": []}


async def it_is_shortened_while_one_is_held(it: Class, creator: Person, late: Person) -> None:
    """A service that comes too late for the end is told another."""
    async with AsyncExitStack() as sockets:
        opens = sockets.enter_async_context
        waits = await opens(it.opens(late, "mark_me"))
        marking = await opens(it.opens(creator, "marking"))
        await lists(marking, late)
        await chooses(marking, late)
        ends_at = int(time.time()) + 4
        await it.dies_in(creator, "UpdateEvent", None, time_to=ends_at)
        while (await it.event())["time_to"] != ends_at:
            ends_at = max(ends_at, int(time.time()) + 2)
            with suppress(CallFailed):
                await it.calls(creator, "UpdateEvent", time_to=ends_at)
        came_at = time.time()
        if not it.lives:
            waits = await opens(it.opens(late, "mark_me"))
            marking = await opens(it.opens(creator, "marking"))
        for wire in (waits, marking):
            _, code = await heard_until_closed(wire)
            assert code == 4410
        assert time.time() - ends_at >= 0
        assert time.time() - max(ends_at, came_at) < READ_AGAIN_SECONDS
        async with it.opens(creator, "marking") as again:
            assert await again.turns_away() == ("event_over", 4410)
