"""How many bodies are on their way, and how slowly. Contract: 1.17."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import Any

import pytest

from attendance_core.errors import TooManyRequests, Unavailable
from attendance_core.vocabulary import UserId
from attendance_web.http.incoming_bodies import (
    BYTES_A_SECOND,
    LEAST_BYTES,
    PATIENCE_SECONDS,
    SMALL_BYTES,
    UPLOAD_BYTES,
    Bodies,
    Pace,
)
from attendance_web.wire.refusals import BodyTooSlow

ANNA, BORIS = UserId(1), UserId(2)
HALL, ELSEWHERE = "192.0.2.1", "192.0.2.2"
LARGEST = 16 * 1024 * 1024


class Sender:
    """Sends a body in pieces, each when the test says so."""

    def __init__(self) -> None:
        self._pieces = asyncio.Queue[dict[str, Any]]()

    async def receive(self) -> dict[str, Any]:
        return await self._pieces.get()

    def sends(self, piece: bytes, *, more: bool) -> None:
        self._pieces.put_nowait({"type": "http.request", "body": piece, "more_body": more})


class TestPace:
    """Contract: 1.17."""

    def test_a_slow_phone_is_waited_for_to_the_end(self) -> None:
        """2.9 MB at 20 kB a second, a packet at a time, and still for 14 s twice."""
        now, pace = 0.0, Pace(0.0)
        for piece in range(2000):
            now += 1460 / 20_000 + (14 if piece in (500, 1500) else 0)
            assert now < pace.until
            pace.came(1460, now)

    def test_one_at_the_slowest_pace_is_waited_for_and_a_slower_one_is_not(self) -> None:
        for rate, is_waited_for in ((BYTES_A_SECOND, True), (BYTES_A_SECOND * 0.98, False)):
            pace = Pace(0.0)
            for second in range(1, 3600):
                if second >= pace.until:
                    break
                pace.came(int(rate), float(second))
            assert (second == 3599) is is_waited_for

    def test_what_came_fast_buys_no_more_time_than_one_had_at_first(self) -> None:
        pace = Pace(0.0)
        pace.came(LARGEST, 1.0)
        assert pace.until == 1.0 + PATIENCE_SECONDS


class TestUploads:
    """Contract: 1.17."""

    def test_a_person_has_two_at_a_time_and_others_have_theirs(self) -> None:
        bodies = Bodies()
        with bodies.upload(ANNA, 1):
            with bodies.upload(ANNA, 1):
                with pytest.raises(TooManyRequests) as refused, bodies.upload(ANNA, 1):
                    pass
                assert refused.value.words["seconds"] == 5
                with bodies.upload(BORIS, 1):
                    pass
            with bodies.upload(ANNA, 1):
                pass
        assert bodies._uploads == {}

    def test_everybodys_have_a_bound_and_what_is_over_is_given_back(self) -> None:
        bodies = Bodies()
        with ExitStack() as several:
            for number in range(UPLOAD_BYTES // LARGEST):
                several.enter_context(bodies.upload(UserId(number), LARGEST))
            with pytest.raises(Unavailable), bodies.upload(UserId(100), 1):
                pass
        with pytest.raises(ZeroDivisionError), bodies.upload(ANNA, UPLOAD_BYTES):
            raise ZeroDivisionError
        with bodies.upload(ANNA, UPLOAD_BYTES):
            pass


class TestSmallBodies:
    """Contract: 1.17."""

    async def test_where_too_much_is_unfinished_the_oldest_of_who_has_most_is_given_up(
        self,
    ) -> None:
        bodies, silent, size = Bodies(), Sender(), 16 * 1024

        def begins(owner: UserId | str) -> asyncio.Task[bytes]:
            return asyncio.create_task(bodies.read_small(silent.receive, size, owner, size))

        annas = begins(ANNA)
        many = [begins(HALL) for _ in range(SMALL_BYTES // size - 1)]
        await asyncio.sleep(0)
        assert bodies._small_bytes == SMALL_BYTES
        more = [begins(HALL), begins(ELSEWHERE)]
        await asyncio.sleep(0.01)
        assert [each.done() for each in many] == [True, True] + [False] * (len(many) - 2)
        assert all(isinstance(each.exception(), BodyTooSlow) for each in many[:2])
        quick = Sender()
        quick.sends(b"a", more=True)
        quick.sends(b"b", more=False)
        assert await bodies.read_small(quick.receive, size, HALL, 2) == b"ab"
        await asyncio.sleep(0.01)
        assert isinstance(many[2].exception(), BodyTooSlow)  # for the quick one
        for each in [annas, *many[3:], *more]:
            assert not each.done()
            each.cancel()
        await asyncio.wait([annas, *many, *more])
        assert (bodies._small, bodies._small_bytes) == ({}, 0)

    async def test_each_counts_for_what_a_connection_takes(self) -> None:
        bodies, silent = Bodies(), Sender()
        reading = asyncio.create_task(bodies.read_small(silent.receive, 9, HALL, 1))
        await asyncio.sleep(0)
        assert bodies._small_bytes == LEAST_BYTES
        silent.sends(b"", more=False)
        await reading
        assert bodies._small_bytes == 0

    async def test_one_that_was_given_up_is_not_taken_back_by_what_still_comes(self) -> None:
        bodies, sender = Bodies(), Sender()
        first = asyncio.create_task(bodies.read_small(sender.receive, 99, HALL, SMALL_BYTES))
        await asyncio.sleep(0)
        second = asyncio.create_task(bodies.read_small(Sender().receive, 99, HALL, SMALL_BYTES))
        sender.sends(b"a", more=True)
        await asyncio.wait({first}, timeout=5)
        assert isinstance(first.exception(), BodyTooSlow)
        assert not second.done()
        second.cancel()
