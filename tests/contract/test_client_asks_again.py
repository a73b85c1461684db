"""When a client's call is made again, and how it follows a stream.

What waits and fails is a stand-in's. Contract: 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import aclosing
from typing import Any
from uuid import UUID

import httpx
import pytest

from attendance_web.client import Client, NotAnswered, NotAttendance, Refused, Unavailable
from attendance_web.wire.counts import CountsShown
from tests.support.site import ORIGIN, Site
from tests.support.site import site_in_memory as site
from tests.support.site_client import add_person, at_the_site, client, create_event, quick

__all__ = ["quick", "site"]
DONE = {"error": 0, "error_msg": "", "response": {}}


def refusal(status: int, error: int, code: str, **headers: str) -> httpx.Response:
    body = {"error": error, "error_msg": "No", "code": code}
    return httpx.Response(status, json=body, headers=headers)


class StandIn:
    """A service that gives one answer after another, and keeps what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.asked: list[str] = []
        self._answers: Iterator[httpx.Response | Exception] = iter(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, **how: Any) -> Client:
        return Client(ORIGIN, token="t", transport=httpx.MockTransport(self), **how)


def fine() -> httpx.Response:
    return httpx.Response(200, json=DONE)


def busy(seconds: int = 0) -> httpx.Response:
    return refusal(429, 8, "too_many_requests", **{"Retry-After": str(seconds)})


def unavailable() -> httpx.Response:
    return refusal(503, -1, "unavailable", **{"Retry-After": "0"})


EVENT = UUID(int=7)


class TestAskingAgain:
    async def test_who_has_no_turn_waits_for_it(self) -> None:
        service = StandIn(busy(), busy(), fine())
        await service.client().join_event(event_id=EVENT)
        assert service.asked == ["/api/events/JoinEvent"] * 3

    async def test_but_not_for_longer_than_they_have_patience(self) -> None:
        service = StandIn(busy(900))
        with pytest.raises(Refused) as refused:
            await service.client().join_event(event_id=EVENT)
        assert (refused.value.code, refused.value.retry_after) == ("too_many_requests", 900)

    async def test_what_may_be_said_twice_is_said_until_it_is_answered(self) -> None:
        lost = httpx.ReadError("cut")
        service = StandIn(
            unavailable(), lost, httpx.Response(200, json={**DONE, "response": {"n": 3}})
        )
        entry = await service.client().mark_participant(event_id=EVENT, user_id=7)
        assert entry.n == 3
        service = StandIn(unavailable(), lost, httpx.Response(200, json={**DONE, "response": []}))
        assert await service.client().get_events() == []

    async def test_what_may_not_is_said_once_and_may_be_done(self) -> None:
        for failure, kind in ((unavailable(), Unavailable), (httpx.ReadError(""), NotAnswered)):
            service = StandIn(fine(), failure)
            anna = service.client()
            await anna.join_event(event_id=EVENT)
            with pytest.raises(kind) as failed:
                await anna.join_event(event_id=EVENT)
            assert getattr(failed.value, "may_be_done", True)
            assert len(service.asked) == 2

    async def test_what_was_never_sent_is_sent_once_the_service_is_back(self) -> None:
        service = StandIn(fine(), httpx.ConnectError(""), httpx.ConnectError(""), fine())
        anna = service.client()
        await anna.join_event(event_id=EVENT)
        await anna.leave_event(event_id=EVENT)
        assert len(service.asked) == 4

    async def test_an_address_where_nobody_has_ever_answered_is_told_at_once(self) -> None:
        service = StandIn(httpx.ConnectError("refused"))
        with pytest.raises(NotAnswered, match="refused") as failed:
            await service.client().get_events()
        assert not failed.value.may_be_done
        assert isinstance(failed.value, ConnectionError)

    async def test_patience_ends(self) -> None:
        service = StandIn(fine(), *(httpx.ConnectError("") for _ in range(3)))
        anna = service.client(patience=0)
        await anna.join_event(event_id=EVENT)
        with pytest.raises(NotAnswered):
            await anna.get_events()
        assert len(service.asked) == 2

    @pytest.mark.parametrize(
        "answer",
        [
            httpx.Response(200, text="<html>"),
            httpx.Response(200, json=[1]),
            httpx.Response(200, json={**DONE, "response": {"user_id": "x"}}),
        ],
    )
    async def test_what_is_none_of_our_answers_is_told(self, answer: httpx.Response) -> None:
        with pytest.raises(NotAttendance, match="GetCurrentUserId"):
            await StandIn(answer).client().get_current_user_id()


COUNTS = '{"joined":1,"waiting":0,"held":0,"marked":1,"participants":1,"at":5.5}'


def stream(text: str) -> httpx.Response:
    return httpx.Response(200, text=text, headers={"content-type": "text/event-stream"})


class TestStreams:
    async def test_it_tells_until_the_end(self) -> None:
        text = f":\n\nevent: counts\ndata: {COUNTS}\n\nevent: end\ndata: {{}}\n\n"
        service = StandIn(stream(text))
        told = [each async for each in service.client(board="b").watch_attendance()]
        assert told == [CountsShown(1, 0, 0, 1, 1, 5.5)]

    async def test_what_breaks_off_is_no_end(self) -> None:
        service = StandIn(stream(f"event: counts\ndata: {COUNTS}\n\n"))
        with pytest.raises(NotAnswered):
            async for _ in service.client().watch_attendance(event_id=EVENT):
                pass

    @at_the_site
    async def test_a_board_is_shown_by_its_secret(self, site: Site) -> None:
        anna = await add_person(site)
        made = await create_event(anna)
        link = await anna.make_board_link(event_id=made.event_id)
        await anna.delete_event(event_id=made.event_id)
        board = client(site, board=link.url.partition("#")[2])
        with pytest.raises(Refused) as refused:
            async with aclosing(board.watch_attendance()) as counts:
                await anext(counts)
        assert refused.value.code == "board_not_found"
