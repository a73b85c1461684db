"""What one socket is still to be told: in order, bounded, and ended once. Contract: 6.12."""

from __future__ import annotations

import asyncio

import pytest

from attendance_core.marking.connections import Role
from attendance_web.live.close_codes import RESTART, SLOW
from attendance_web.live.outbox import MAX_OUTBOX, Outbox
from attendance_web.live.text_frame import TextFrame
from tests.support.lecture import socket


class OtherEnd:
    """A `Peer` that writes what it may, and notes what it is asked for."""

    said_goodbye = False

    def __init__(self) -> None:
        self.takes_frames = False
        self.written: list[str] = []
        self.cuts: list[int] = []

    def has_left(self) -> bool:
        raise AssertionError

    def write_now(self, frame: TextFrame) -> bool:
        if self.takes_frames:
            self.written.append(frame.text)
        return self.takes_frames

    def answer_goodbye(self) -> None:
        raise AssertionError

    def cut(self, code: int) -> None:
        self.cuts.append(code)


@pytest.fixture
def peer() -> OtherEnd:
    return OtherEnd()


@pytest.fixture
def outbox(peer: OtherEnd) -> Outbox:
    return Outbox(socket(1, 1, Role.MARKING), "en", peer)


def frame(text: str) -> TextFrame:
    return TextFrame(text.encode())


async def next_of(outbox: Outbox) -> str | int:
    """The next thing that comes out."""
    item = await outbox.next()
    return item if isinstance(item, int) else item.text


async def all_of(outbox: Outbox) -> list[str | int]:
    """What comes out, up to the code."""
    told: list[str | int] = []
    async with asyncio.timeout(5):
        while not told or not isinstance(told[-1], int):
            told.append(await next_of(outbox))
    return told


class TestOutbox:
    async def test_frames_come_out_in_order_and_the_code_behind_them(self, outbox: Outbox) -> None:
        outbox.put(frame("one"))
        outbox.put(frame("two"))
        outbox.close(RESTART, frame("three"))
        assert await all_of(outbox) == ["one", "two", "three", RESTART]

    async def test_who_waits_for_a_frame_gets_the_next(self, outbox: Outbox) -> None:
        for text in ("one", "two"):
            waiting = asyncio.create_task(next_of(outbox))
            await asyncio.sleep(0)
            assert not waiting.done()
            outbox.put(frame(text))
            assert await waiting == text

    async def test_after_the_last_thing_nothing_is_said(self, outbox: Outbox) -> None:
        assert not outbox.is_closing
        outbox.close(1000, frame("the last"))
        outbox.put(frame("more"))
        outbox.close(RESTART, frame("another end"))
        assert outbox.is_closing
        assert await all_of(outbox) == ["the last", 1000]

    async def test_it_holds_so_much_and_one_more_ends_it(
        self, outbox: Outbox, peer: OtherEnd
    ) -> None:
        for number in range(MAX_OUTBOX):
            outbox.put(frame(str(number)))
        assert not outbox.is_closing and not peer.cuts
        outbox.put(frame("one too many"))
        outbox.put(frame("and another"))
        assert peer.cuts == [SLOW]
        assert await all_of(outbox) == [SLOW]


class TestWrittenAtOnce:
    """A frame wakes nobody where the connection takes it and nothing is before it."""

    async def test_while_the_writer_waits(self, outbox: Outbox, peer: OtherEnd) -> None:
        peer.takes_frames = True
        waiting = asyncio.create_task(next_of(outbox))
        await asyncio.sleep(0)
        outbox.put(frame("one"))
        outbox.put(frame("two"))
        assert peer.written == ["one", "two"]
        await asyncio.sleep(0)
        assert not waiting.done()
        outbox.close(RESTART)
        assert await waiting == RESTART

    async def test_not_before_the_writer_has_come(self, outbox: Outbox, peer: OtherEnd) -> None:
        peer.takes_frames = True
        outbox.put(frame("one"))
        assert await next_of(outbox) == "one"
        outbox.put(frame("two"))  # it has the first in hand
        assert peer.written == []
        assert await next_of(outbox) == "two"

    async def test_not_past_one_that_the_connection_did_not_take(
        self, outbox: Outbox, peer: OtherEnd
    ) -> None:
        waiting = asyncio.create_task(next_of(outbox))
        await asyncio.sleep(0)
        outbox.put(frame("one"))
        peer.takes_frames = True
        outbox.put(frame("two"))
        assert peer.written == []
        assert [await waiting, await next_of(outbox)] == ["one", "two"]

    async def test_not_once_its_writer_has_gone(self, outbox: Outbox, peer: OtherEnd) -> None:
        peer.takes_frames = True
        waiting = asyncio.create_task(next_of(outbox))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        outbox.put(frame("one"))
        assert peer.written == []

    async def test_not_after_the_last_thing(self, outbox: Outbox, peer: OtherEnd) -> None:
        peer.takes_frames = True
        waiting = asyncio.create_task(next_of(outbox))
        await asyncio.sleep(0)
        outbox.close(RESTART)
        outbox.put(frame("one"))
        assert peer.written == []
        assert await waiting == RESTART


class TestClosedWhenAnswered:
    async def test_at_once_where_nothing_is_carried_out(self, outbox: Outbox) -> None:
        outbox.put(frame("told before"))
        outbox.close_when_answered(RESTART)
        assert outbox.is_closing
        assert await all_of(outbox) == ["told before", RESTART]

    async def test_behind_the_answer_of_a_command(self, outbox: Outbox) -> None:
        with outbox.answering():
            outbox.close_when_answered(RESTART)
            assert not outbox.is_closing
            outbox.put(frame("the answer"))
        assert outbox.is_closing
        assert await all_of(outbox) == ["the answer", RESTART]

    async def test_also_where_the_command_fails(self, outbox: Outbox) -> None:
        with pytest.raises(ValueError), outbox.answering():
            outbox.close_when_answered(RESTART)
            raise ValueError
        assert await all_of(outbox) == [RESTART]

    async def test_a_command_answered_before_does_not_put_it_off(self, outbox: Outbox) -> None:
        with outbox.answering():
            outbox.put(frame("the answer"))
        assert not outbox.is_closing
        outbox.close_when_answered(RESTART)
        assert await all_of(outbox) == ["the answer", RESTART]

    async def test_what_ends_it_meanwhile_comes_first(self, outbox: Outbox) -> None:
        with outbox.answering():
            outbox.close_when_answered(RESTART)
            outbox.close(4410, frame("the event is over"))
        assert await all_of(outbox) == ["the event is over", 4410]
