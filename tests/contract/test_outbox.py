"""What one socket is still to be told: in order, bounded, and ended once. Contract: 6.12."""

from __future__ import annotations

import asyncio

import pytest

from attendance_core.marking.connections import Role
from attendance_web.live.close_codes import RESTART, SLOW
from attendance_web.live.outbox import MAX_OUTBOX, Outbox
from tests.support.lecture import socket

overflows: list[int] = []


@pytest.fixture
def outbox() -> Outbox:
    overflows.clear()
    return Outbox(socket(1, 1, Role.MARKING), "en", lambda: overflows.append(1))


async def all_of(outbox: Outbox) -> list[str | int]:
    """What comes out, up to the code."""
    told: list[str | int] = []
    async with asyncio.timeout(5):
        while not told or not isinstance(told[-1], int):
            told.append(await outbox.next())
    return told


class TestOutbox:
    async def test_frames_come_out_in_order_and_the_code_behind_them(self, outbox: Outbox) -> None:
        outbox.put("one")
        outbox.put("two")
        outbox.close(RESTART, "three")
        assert await all_of(outbox) == ["one", "two", "three", RESTART]

    async def test_who_waits_for_a_frame_gets_the_next(self, outbox: Outbox) -> None:
        for frame in ("one", "two"):
            waiting = asyncio.create_task(outbox.next())
            await asyncio.sleep(0)
            assert not waiting.done()
            outbox.put(frame)
            assert await waiting == frame

    async def test_after_the_last_thing_nothing_is_said(self, outbox: Outbox) -> None:
        assert not outbox.is_closing
        outbox.close(1000, "the last")
        outbox.put("more")
        outbox.close(RESTART, "another end")
        assert outbox.is_closing
        assert await all_of(outbox) == ["the last", 1000]

    async def test_it_holds_so_much_and_one_more_ends_it(self, outbox: Outbox) -> None:
        for number in range(MAX_OUTBOX):
            outbox.put(str(number))
        assert not outbox.is_closing and not overflows
        outbox.put("one too many")
        outbox.put("and another")
        assert overflows == [1]
        assert await all_of(outbox) == [SLOW]


class TestClosedWhenAnswered:
    async def test_at_once_where_nothing_is_carried_out(self, outbox: Outbox) -> None:
        outbox.put("told before")
        outbox.close_when_answered(RESTART)
        assert outbox.is_closing
        assert await all_of(outbox) == ["told before", RESTART]

    async def test_behind_the_answer_of_a_command(self, outbox: Outbox) -> None:
        with outbox.answering():
            outbox.close_when_answered(RESTART)
            assert not outbox.is_closing
            outbox.put("the answer")
        assert outbox.is_closing
        assert await all_of(outbox) == ["the answer", RESTART]

    async def test_also_where_the_command_fails(self, outbox: Outbox) -> None:
        with pytest.raises(ValueError), outbox.answering():
            outbox.close_when_answered(RESTART)
            raise ValueError
        assert await all_of(outbox) == [RESTART]

    async def test_a_command_answered_before_does_not_put_it_off(self, outbox: Outbox) -> None:
        with outbox.answering():
            outbox.put("the answer")
        assert not outbox.is_closing
        outbox.close_when_answered(RESTART)
        assert await all_of(outbox) == ["the answer", RESTART]

    async def test_what_ends_it_meanwhile_comes_first(self, outbox: Outbox) -> None:
        with outbox.answering():
            outbox.close_when_answered(RESTART)
            outbox.close(4410, "the event is over")
        assert await all_of(outbox) == ["the event is over", 4410]
