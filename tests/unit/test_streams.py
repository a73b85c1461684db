"""What each stream of a room is told, and how often it is counted. Contract: WatchAttendance.

By the loop's own time, which passes at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from attendance_core.attendance import CountsSeen, Viewer
from attendance_core.errors import Unavailable
from attendance_core.sheet_counts import SheetCounts
from attendance_core.vocabulary import BoardId, EventId
from attendance_web.live.room_turns import STREAMS_AT_ONCE, RoomTurns
from attendance_web.live.streams import COMMENT_EVERY, COUNTS_EVERY, RoomStreams, Stream, StreamItem
from attendance_web.wire.counts import COMMENT, END, encode_counts
from tests.support.quick_loop import run

EVENT = EventId(UUID(int=1))
SOON_SECONDS = 0.01


class Read(NamedTuple):
    """A piece, and when it came."""

    at: float
    piece: bytes


class Screen:
    """A stream, and what its reader was told."""

    def __init__(self, seconds_a_piece: float = 0.0) -> None:
        self.stream = Stream(Viewer(EVENT, BoardId("it")))
        self.told: list[Read] = []
        self._seconds_a_piece = seconds_a_piece
        self.reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for piece in self.stream.pieces():
            self.told.append(Read(asyncio.get_running_loop().time(), piece))
            await asyncio.sleep(self._seconds_a_piece)

    @property
    def pieces(self) -> list[bytes]:
        return [each.piece for each in self.told]


class Room:
    """An event in which another person joins whenever somebody says so."""

    def __init__(self) -> None:
        self.joined_count = 0
        self.counted_at: list[float] = []
        self.is_over = self.is_deleted = self.is_away = False
        self.streams = RoomStreams(EVENT, self.count, RoomTurns().streams)  # type: ignore[arg-type]

    async def count(self, *, event_id: EventId) -> CountsSeen | None:
        assert event_id == EVENT
        self.counted_at.append(asyncio.get_running_loop().time())
        if self.is_away:
            raise Unavailable
        return None if self.is_deleted else self.counts_now

    @property
    def counts_now(self) -> CountsSeen:
        return CountsSeen(SheetCounts(self.joined_count, 0, 0, 0, 0), 1.0, self.is_over)

    def show(self, screen: Screen) -> Screen:
        self.streams.add(screen.stream)
        return screen

    def joins(self) -> None:
        self.joined_count += 1
        self.streams.count_soon()


def in_a_room(test: Callable[[Room], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Runs it in a loop of its own."""

    async def whole() -> None:
        await test(Room())

    return lambda: run(whole())


def gaps(instants: list[float]) -> list[float]:
    return [round(later - at, 6) for at, later in pairwise(instants)]


@in_a_room
async def test_it_is_counted_at_most_twice_a_second_and_the_last_is_told(room: Room) -> None:
    screens = [room.show(Screen()) for _ in range(3)]
    for _ in range(100):
        room.joins()
        await asyncio.sleep(SOON_SECONDS)
    await asyncio.sleep(COUNTS_EVERY + SOON_SECONDS)
    assert min(gaps(room.counted_at)) >= COUNTS_EVERY
    for screen in screens:
        assert min(gaps([each.at for each in screen.told])) >= COUNTS_EVERY
        assert screen.pieces[-1] == encode_counts(room.counts_now)
        assert screen.pieces[-1] is screens[0].pieces[-1]  # encoded once


@in_a_room
async def test_whoever_comes_later_is_told_at_once_and_no_more_often(room: Room) -> None:
    room.show(Screen())
    await asyncio.sleep(3 * COUNTS_EVERY)
    late = room.show(Screen())
    await asyncio.sleep(SOON_SECONDS)
    assert late.pieces == [encode_counts(room.counts_now)] and len(room.counted_at) == 1
    for _ in range(3):
        room.joins()
        await asyncio.sleep(SOON_SECONDS)
    assert len(room.counted_at) > 1 and len(late.told) == 1
    await asyncio.sleep(2 * COUNTS_EVERY)
    assert min(gaps([each.at for each in late.told])) >= COUNTS_EVERY
    assert late.pieces[-1] == encode_counts(room.counts_now)


@in_a_room
async def test_what_has_not_changed_is_not_told_and_nobody_is_counted_for_nobody(
    room: Room,
) -> None:
    room.streams.count_soon()
    await asyncio.sleep(SOON_SECONDS)
    assert not room.counted_at
    screen = room.show(Screen())
    for _ in range(5):
        await asyncio.sleep(COUNTS_EVERY)
        room.streams.count_soon()
    assert len(room.counted_at) == 5 and len(screen.told) == 1
    room.streams.remove(screen.stream)
    room.joins()
    await asyncio.sleep(COUNTS_EVERY)
    again = room.show(Screen())
    await asyncio.sleep(COUNTS_EVERY)
    assert again.pieces == [encode_counts(room.counts_now)]  # and nothing of before


@in_a_room
async def test_a_slow_reader_is_told_the_last_and_nothing_between(room: Room) -> None:
    slow = room.show(Screen(seconds_a_piece=10.0))
    await asyncio.sleep(SOON_SECONDS)
    for _ in range(8):
        room.joins()
        await asyncio.sleep(COUNTS_EVERY)
    assert len(slow.told) == 1
    await asyncio.sleep(10.0)
    assert slow.pieces[1:] == [encode_counts(room.counts_now)]


@in_a_room
async def test_a_comment_comes_every_fifteen_seconds_where_nothing_does(room: Room) -> None:
    screen = room.show(Screen())
    await asyncio.sleep(2 * COMMENT_EVERY + 2 * COUNTS_EVERY)
    assert screen.pieces[1:] == [COMMENT, COMMENT]
    assert gaps([each.at for each in screen.told]) == [COMMENT_EVERY, COMMENT_EVERY]


@in_a_room
async def test_with_the_event_it_ends_behind_the_last_counts(room: Room) -> None:
    screen = room.show(Screen())
    await asyncio.sleep(SOON_SECONDS)
    room.is_over = True
    room.streams.count_soon()  # though nobody has joined
    await asyncio.sleep(2 * COUNTS_EVERY)
    room.joins()
    late = room.show(Screen())
    await asyncio.sleep(2 * COUNTS_EVERY)
    for each, pieces in ((screen, screen.pieces[1:]), (late, late.pieces)):
        assert len(pieces) == 1 and pieces[0].startswith(b"event: counts\n")
        assert pieces[0].endswith(END)
        assert each.reading.done()


@in_a_room
async def test_one_that_is_closed_says_nothing_more(room: Room) -> None:
    screen, deleted = room.show(Screen()), room.show(Screen())
    await asyncio.sleep(SOON_SECONDS)
    room.joins()
    screen.stream.show(StreamItem(room.counts_now, b"not told yet"))
    screen.stream.close()
    screen.stream.show(StreamItem(room.counts_now, b"too late"))
    room.is_deleted = True
    await asyncio.sleep(2 * COUNTS_EVERY)
    for each in (screen, deleted):
        assert each.reading.done() and len(each.told) == 1


@in_a_room
async def test_a_store_that_was_away_is_asked_again_by_the_next_reading(room: Room) -> None:
    room.is_away = True
    screen = room.show(Screen())
    await asyncio.sleep(COUNTS_EVERY)
    assert not screen.told
    room.is_away = False
    room.streams.count_soon()
    await asyncio.sleep(2 * COUNTS_EVERY)
    assert screen.pieces == [encode_counts(room.counts_now)]
    screen.reading.cancel()


@in_a_room
async def test_many_streams_are_told_a_few_at_a_step_and_all_of_it(room: Room) -> None:
    """Contract: 1.11."""
    screens = [room.show(Screen()) for _ in range(3 * STREAMS_AT_ONCE)]
    await asyncio.sleep(COUNTS_EVERY + SOON_SECONDS)
    for room.is_over in (False, True):
        before, gained = sum(len(each.told) for each in screens), [0]
        room.joins()
        while sum(gained) < len(screens):
            await asyncio.sleep(0)
            gained.append(sum(len(each.told) for each in screens) - before - sum(gained))
        assert max(gained) <= STREAMS_AT_ONCE
        await asyncio.sleep(COUNTS_EVERY + SOON_SECONDS)
    assert {each.pieces[-1] for each in screens} == {encode_counts(room.counts_now)}
    assert all(each.reading.done() for each in screens)
