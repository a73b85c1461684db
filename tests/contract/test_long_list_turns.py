"""People take turns at long lists, and nobody is kept waiting by another. Contract: 1.16, 1.20."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import pytest_asyncio

from attendance_web.http import list_turns, pieces, pipeline, responses
from attendance_web.http.list_turns import looks_of_one
from attendance_web.routes import CALLS
from attendance_web.wire.person_turns import MAX_OF_ONE
from tests.support.asgi_client import AsgiClient
from tests.support.eventually import eventually
from tests.support.live_house import House, opened_house
from tests.support.long_lists import (
    CREATED,
    EVENTS,
    FIND,
    FRIENDS,
    JOINED,
    MANY,
    PIECE,
    anna,
    looks,
    site,
)
from tests.support.looks import Looks, in_pieces
from tests.support.site import Browser, Site, refusal, response

__all__ = ["anna", "in_pieces", "looks", "site"]


class TestServed:
    """Over a real connection."""

    @pytest_asyncio.fixture
    async def house(self) -> AsyncIterator[House]:
        async with opened_house(None) as opened:
            person = await opened.add_person()
            for _ in range(2 * MANY):
                await opened.create_event(person)
            yield opened

    async def test_nobody_takes_one_that_was_cut_off_for_a_whole_one(
        self, house: House, in_pieces: Callable[..., None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        in_pieces()
        looks = Looks(house.attendance, monkeypatch)
        address = f"http://127.0.0.1:{house.port}{EVENTS}"
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:
            whole = await client.get(address)
            assert whole.headers["transfer-encoding"] == "chunked"
            assert len(response(whole)) == 2 * MANY
            looks.fails_from = looks.begun_count + 3
            with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
                await client.get(address)
            looks.fails_from = 1_000_000
            assert (await client.get(address)).content == whole.content
            head = await client.head(address)
            assert (head.status_code, head.content) == (200, b"")
            assert (await client.get(address)).content == whole.content, "on this connection, too"

    async def test_who_has_gone_is_read_nothing_for(
        self, house: House, in_pieces: Callable[..., None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        in_pieces(1)
        looks = Looks(house.attendance, monkeypatch)
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        looks.holds_from = 3
        writer.write(f"GET {EVENTS} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await reader.readuntil(b'"event_id"')
        await eventually(lambda: looks.begun_count == 3)
        writer.transport.abort()
        looks.may_go_on.set()
        await eventually(lambda: house.attendance.store_call_count == 0)
        await asyncio.sleep(0.2)  # in which the others would have been read
        assert looks.begun_count < MANY, (
            "that they are gone is noticed by the first of what is sent"
        )


class TestTurns:
    async def test_a_person_has_one_long_answer_at_a_time(
        self,
        site: Site,
        anna: Browser,
        in_pieces: Callable[..., None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        in_pieces()
        boris = await site.add_person("boris")
        slow = [
            AsgiClient(site.app, EVENTS, session=str(person.session)).ask(reads=1)
            for person in (anna, boris)
        ]
        await eventually(lambda: all(client.pieces for client in slow))
        waiting = asyncio.create_task(anna.get(JOINED))
        await eventually(lambda: site.app.services.list_turns._people._turns.waiting_count == 1)
        monkeypatch.setattr(list_turns, "TURN_WAIT_SECONDS", 0.05)
        refused = await anna.get(CREATED)
        assert refusal(refused, 8, status=429) and refused.json()["code"] == "too_many_requests"
        assert refused.headers["retry-after"] == "1"
        assert response(await anna.get(EVENTS, limit=PIECE)), "a page is no long answer"
        assert not waiting.done()
        for client in slow:
            client.read(99)
            assert (await client.ended()).is_whole
        assert len(response(await waiting)) == MANY

    async def test_a_short_list_waits_for_no_long_answer(
        self,
        site: Site,
        anna: Browser,
        in_pieces: Callable[..., None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Neither for one's own nor, where there are as many as there may be, for others'."""
        in_pieces()
        monkeypatch.setattr(list_turns, "TURN_WAIT_SECONDS", 0.05)
        turns, boris = site.app.services.list_turns, await site.add_person("boris")
        monkeypatch.setattr(turns, "_people", list_turns._fair_turns(1, of_one=1))
        slow = AsgiClient(site.app, EVENTS, session=str(anna.session)).ask(reads=1)
        await eventually(lambda: bool(slow.pieces))
        for person in (anna, boris):
            assert response(await person.get(FRIENDS)) == {"friends": []}
            refusal(await person.get(EVENTS), 8, status=429)
        slow.disconnect()
        await slow.ended()

    async def test_of_who_waits_nothing_is_kept_and_their_list_is_read_anew(
        self, site: Site, anna: Browser, looks: Looks, in_pieces: Callable[..., None]
    ) -> None:
        in_pieces()
        slow = AsgiClient(site.app, EVENTS, session=str(anna.session)).ask(reads=1)
        await eventually(lambda: bool(slow.pieces))
        waiting = asyncio.create_task(anna.get(EVENTS))
        await eventually(lambda: site.app.services.list_turns._people._turns.waiting_count == 1)
        await anna.create_event("Первая", starts=-600)
        slow.disconnect()
        await slow.ended()
        found = response(await waiting)
        assert len(found) == MANY + 1 and found[0]["name"].startswith("Первая")

    async def test_who_waits_longer_than_for_a_turn_is_told_as_soon(
        self, site: Site, anna: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: 1.16. What is left of its time goes by its beginning, not by its first turn."""
        deadlines: list[float] = []

        class NotedResponse(pieces.PiecesResponse):
            def __init__(self, *reading: Any, deadline: float, **how: Any) -> None:
                deadlines.append(deadline)
                super().__init__(*reading, deadline=deadline, **how)

        monkeypatch.setattr(responses, "PiecesResponse", NotedResponse)
        loop_time, turns = asyncio.get_running_loop().time, site.app.services.person_turns
        async with AsyncExitStack() as busy:
            for _ in range(MAX_OF_ONE):
                await busy.enter_async_context(turns.turn(anna.user_id, 1))
            began = loop_time()
            waiting = asyncio.create_task(anna.get(JOINED))
            await eventually(lambda: turns._turns.waiting_count == 1)
            gone_on = loop_time()
        response(await waiting)
        (deadline,) = deadlines
        assert began <= deadline - pipeline.ANSWER_SECONDS <= gone_on

    async def test_who_is_not_logged_in_shares_a_few_of_which_no_network_has_all(
        self,
        site: Site,
        anna: Browser,
        in_pieces: Callable[..., None],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        in_pieces()
        monkeypatch.setattr(list_turns, "NETWORK_WAIT_SECONDS", 0.05)
        here, there = "2001:db8::1", "10.0.0.2"
        slow = [AsgiClient(site.app, EVENTS, address=here).ask(reads=1) for _ in range(3)]
        await eventually(lambda: all(client.pieces for client in slow))
        refused = await AsgiClient(site.app, EVENTS, address="2001:db8::2").ask().ended()
        assert (refused.status, refused.headers["retry-after"]) == (429, "1")
        slow.append(AsgiClient(site.app, EVENTS, address=there).ask(reads=1))
        await eventually(lambda: all(client.pieces for client in slow))
        refused = await AsgiClient(site.app, EVENTS, address=there).ask().ended()
        assert refused.status == 429
        assert len(response(await anna.get(EVENTS))) == MANY, "who is logged in is not among them"
        for client in slow:
            client.disconnect()
            await client.ended()
        assert (await AsgiClient(site.app, EVENTS, address=here).ask().ended()).is_whole

    async def test_nothing_is_read_for_who_went_while_they_waited(
        self, site: Site, anna: Browser, looks: Looks, in_pieces: Callable[..., None]
    ) -> None:
        in_pieces()
        session, people = str(anna.session), site.app.services.list_turns._people
        slow = AsgiClient(site.app, EVENTS, session=session).ask(reads=1)
        await eventually(lambda: looks.begun_count == 2)
        waiting = AsgiClient(site.app, EVENTS, session=session).ask()
        await eventually(lambda: people._turns.waiting_count == 1)
        waiting.disconnect()
        slow.disconnect()
        await slow.ended()
        begun = looks.begun_count
        await waiting.ended()
        assert (waiting.status, looks.begun_count) == (0, begun)

    async def test_searches_whose_clients_left_the_queue_are_not_made(
        self, site: Site, anna: Browser, looks: Looks
    ) -> None:
        """Contract: 1.11."""
        looks.holds_from = 0
        at_once = looks_of_one(site.attendance.list_looks_at_once)
        turns = site.app.services.list_turns._looks
        session = str(anna.session)
        clients = [AsgiClient(site.app, FIND, session=session) for _ in range(at_once + 9)]
        for client in clients:
            client.ask(display_name_part="anna")
        await eventually(lambda: turns._turns.waiting_count == 9)
        for client in clients:
            client.say_no_more()
        await eventually(lambda: turns._turns.waiting_count == 0)
        looks.may_go_on.set()
        for client in clients:
            await client.ended()
        assert looks.begun_count == at_once
        assert sorted(client.status for client in clients) == [200] * at_once + [400] * 9

    async def test_everybodys_first_search_comes_before_anybodys_third(
        self, site: Site, anna: Browser, looks: Looks
    ) -> None:
        boris = await site.add_person("boris")
        looks.holds_from = 0
        done: list[str] = []

        async def search(whose: str, browser: Browser, path: str, **given: Any) -> None:
            response(await browser.get(path, **given))
            done.append(whose)

        def nobody(number: int) -> Any:
            return search("nobody", site.browser(), EVENTS, name="лекц", limit=1 + number)

        at_once = looks_of_one(site.attendance.list_looks_at_once)
        turns = site.app.services.list_turns._looks
        flood = [asyncio.create_task(nobody(number)) for number in range(20)]
        await eventually(lambda: turns._turns.waiting_count == 20 - at_once)
        others = [
            asyncio.create_task(search("anna", anna, FIND, display_name_part="anna")),
            asyncio.create_task(search("boris", boris, JOINED)),
        ]
        await eventually(lambda: turns._turns.waiting_count == 22 - at_once)
        assert looks.begun_count == at_once
        looks.may_go_on.set()
        await asyncio.gather(*flood, *others)
        assert max(done.index("anna"), done.index("boris")) <= 2 + 3, done

    async def test_who_has_waited_too_long_for_a_look_is_told(
        self, site: Site, anna: Browser, looks: Looks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looks.holds_from = 0
        at_once = looks_of_one(site.attendance.list_looks_at_once)
        flood = [asyncio.create_task(anna.get(EVENTS, limit=1)) for _ in range(at_once)]
        await eventually(lambda: looks.begun_count == at_once)
        monkeypatch.setattr(list_turns, "TURN_WAIT_SECONDS", 0.05)
        answer = await anna.get(FIND, display_name_part="anna")
        assert refusal(answer, 8, status=429) and answer.headers["retry-after"] == "1"
        looks.may_go_on.set()
        await asyncio.gather(*flood)

    def test_who_gets_no_turn_hears_of_it_before_the_call_is_given_up(self) -> None:
        assert list_turns.TURN_WAIT_SECONDS < pipeline.ANSWER_SECONDS

    def test_every_list_is_read_in_turns(self) -> None:
        """By a look for all of it, or by one for each piece."""
        assert {call.name for call in CALLS if call.is_look_at_list} == {"FindByName"}
        in_pieces = [call for call in CALLS if "Pieces" in str(call.run.__annotations__["return"])]
        assert {call.name for call in in_pieces} == {
            *("GetEvents", "GetCreatedEvents", "GetJoinedEvents"),
            *("GetAttendance", "GetMyAttendance", "GetLedger"),
            *("GetFriendList", "GetFriendRequests"),
            *("GetPendingConfirmations", "GetConfirmationLog"),
        }
