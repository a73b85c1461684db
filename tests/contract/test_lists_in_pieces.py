"""Lists of people, marks and friends come in pieces as lists of events do. Contract: 1.20."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

import pytest
import pytest_asyncio

from attendance_core.friends import Friendship
from attendance_core.testing.clock import NOON
from attendance_core.testing.people import add_people, annul, mark
from attendance_core.vocabulary import EventId, UserId
from tests.support.asgi_client import AsgiClient
from tests.support.eventually import eventually
from tests.support.looks import Looks, in_pieces
from tests.support.site import Browser, Site, opened_site, refusal, response

__all__ = ["in_pieces"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

OTHER_COUNT = 7


class ListCall(NamedTuple):
    """A call for a list."""

    path: str
    given: dict[str, Any]
    field: str | None  # of the answer; None where it is the list
    row_count: int


class Hall(NamedTuple):
    """Anna, her event, and the others in it."""

    site: Site
    anna: Browser
    event_id: str
    others: list[UserId]

    @property
    def lists(self) -> dict[str, ListCall]:
        """Those that are read in pieces, and are none of events."""
        event = {"event_id": self.event_id}
        one = {**event, "user_id": self.others[0]}
        ledger, mine = "/api/events/GetLedger", "/api/profile/GetMyAttendance"
        friends, requests = "/api/friends/GetFriendList", "/api/friends/GetFriendRequests"
        return {
            "attendance": ListCall(
                "/api/events/GetAttendance", event, "participants", OTHER_COUNT + 1
            ),
            "ledger": ListCall(ledger, event, "entries", OTHER_COUNT + 2),
            "ledger, a page": ListCall(ledger, {**event, "limit": 5, "offset": 1}, "entries", 5),
            "ledger of one": ListCall(ledger, one, "entries", 3),
            "my attendance": ListCall(mine, {}, None, 4),
            "my attendance, a page": ListCall(mine, {"limit": 3, "offset": 1}, None, 3),
            "friends": ListCall(friends, {}, "friends", 5),
            "requests": ListCall(requests, {}, "requests", 2),
            "no requests": ListCall(requests, {"offset": 9}, "requests", 0),
        }

    def client(self, asked: ListCall) -> AsgiClient:
        """Makes one for Anna, at this call."""
        return AsgiClient(self.site.app, asked.path, session=str(self.anna.session))

    async def rows(self, asked: ListCall) -> list[Any]:
        """Reads the rows that Anna is answered."""
        told = response(await self.anna.get(asked.path, **asked.given))
        found: list[Any] = told if asked.field is None else told[asked.field]
        return found


LIST_NAMES = (
    *("attendance", "ledger", "ledger, a page", "ledger of one", "my attendance"),
    *("my attendance, a page", "friends", "requests", "no requests"),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    """With everybody marked, one of them twice; whoever comes later changes none of its lists."""
    async with opened_site(tmp_path_factory.mktemp("site")) as site:
        await site.forget_tallies()
        anna = await site.add_person("anna")
        event_id = await anna.create_event()
        for _ in range(3):
            await anna.create_event()
        store = site.attendance._store
        others = await add_people(store, *(f"Вера {number % 3}" for number in range(OTHER_COUNT)))
        me = UserId(anna.user_id)

        def work(unit: Any) -> None:
            event = EventId(UUID(event_id))
            for number, other in enumerate(others):
                mark(unit, other, me, NOON + number % 2, event)
                requester, recipient = (other, me) if number < 4 else (me, other)
                unit.friendships.add(
                    Friendship(requester, recipient, NOON, accepted=number in (2, 3))
                )
            annul(unit, others[0], me, NOON + 3, event)
            mark(unit, others[0], me, NOON + 4, event)

        await store.transact(work)
        yield Hall(site, anna, event_id, others)


@pytest.fixture
def looks(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Looks:
    return Looks(hall.site.attendance, monkeypatch)


@pytest.mark.parametrize("name", LIST_NAMES)
async def test_they_are_byte_for_byte_the_answer_as_a_whole(
    hall: Hall, in_pieces: Callable[..., None], name: str
) -> None:
    asked = hall.lists[name]
    whole = await hall.anna.get(asked.path, **asked.given)
    assert len(await hall.rows(asked)) == asked.row_count
    assert "content-length" in whole.headers
    for most in (1, 2, 3, 100):
        in_pieces(most)
        answer = await hall.anna.get(asked.path, **asked.given)
        assert answer.content == whole.content
        for header in ("content-type", "cache-control", "x-content-type-options"):
            assert answer.headers[header] == whole.headers[header]
        is_short = asked.row_count < most or asked.given.get("limit", 101) <= most
        assert ("content-length" in answer.headers) is is_short


@pytest.mark.parametrize("name", LIST_NAMES)
async def test_no_step_of_the_loop_has_more_rows_than_a_piece(
    hall: Hall, looks: Looks, in_pieces: Callable[..., None], name: str
) -> None:
    """And others have theirs between any two of them."""
    asked, steps, steps_at_looks = hall.lists[name], 0, []
    in_pieces()

    async def others_go_on() -> None:
        nonlocal steps
        while True:
            steps += 1
            await asyncio.sleep(0)

    browse = looks._browse

    async def counted(look: Any) -> Any:
        steps_at_looks.append(steps)
        return await browse(look)

    looks._browse = counted
    going_on = asyncio.create_task(others_go_on())
    client = await hall.client(asked).ask(**asked.given).ended()
    going_on.cancel()
    assert client.is_whole
    told = json.loads(client.body)["response"]
    assert len(told if asked.field is None else told[asked.field]) == asked.row_count
    assert len(client.pieces) >= asked.row_count / 2, "a piece of the answer has two rows at most"
    assert looks.begun_count == len(steps_at_looks) >= asked.row_count / 2
    assert all(later > earlier for earlier, later in pairwise(steps_at_looks)), steps_at_looks


@pytest.mark.parametrize("name", ["attendance", "ledger", "my attendance", "friends"])
async def test_nothing_more_is_read_for_a_client_that_is_gone(
    hall: Hall, looks: Looks, in_pieces: Callable[..., None], name: str
) -> None:
    in_pieces(1)
    asked = hall.lists[name]
    client = hall.client(asked).ask(reads=1, **asked.given)
    await eventually(lambda: looks.begun_count == 2)
    assert hall.site.attendance.store_call_count == 0, "nothing is open while it does not read"
    client.disconnect()
    await client.ended()
    assert looks.begun_count <= 3 and not client.is_whole


@pytest.mark.parametrize("name", ["attendance", "ledger", "ledger of one"])
async def test_whoever_may_not_see_it_hears_so_before_the_first_byte(
    hall: Hall, in_pieces: Callable[..., None], name: str
) -> None:
    in_pieces()
    asked, boris = hall.lists[name], await hall.site.add_person("boris")
    answer = await boris.get(asked.path, **asked.given)
    if name == "ledger":
        assert response(answer) == {"entries": []}, "of theirs there are none"
    else:
        assert refusal(answer, 3) and answer.json()["code"] == "not_an_organiser"
    unknown = {**asked.given, "event_id": str(UUID(int=1))}
    assert refusal(await hall.anna.get(asked.path, **unknown), 5)
    assert refusal(await hall.site.browser().get(asked.path, **asked.given), 7, status=401)


@pytest.mark.parametrize("name", ["attendance", "ledger", "ledger of one"])
async def test_the_answer_of_a_helper_who_is_removed_is_cut_off(
    hall: Hall, in_pieces: Callable[..., None], name: str
) -> None:
    in_pieces(1)
    asked, boris = hall.lists[name], await hall.site.add_person("boris")
    helper = {"event_id": hall.event_id, "user_id": boris.user_id}
    response(await hall.anna.post("/api/events/AddHelper", **helper))
    client = AsgiClient(hall.site.app, asked.path, session=str(boris.session))
    client.ask(reads=1, **asked.given)
    await eventually(lambda: len(client.pieces) == 1)
    response(await hall.anna.post("/api/events/RemoveHelper", **helper))
    client.read(99)
    await client.ended()
    assert (client.status, client.is_whole) == (200, False)
    assert client.body.startswith(b'{"error":0') and len(client.pieces) <= 2
    with pytest.raises(json.JSONDecodeError):
        json.loads(client.body)
