"""The streams of one room: those who watch its counts. Contract: WatchAttendance, decision 0020.

They are no sockets: nobody who watches waits or marks, and nothing of them is in the store.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from contextvars import Context
from functools import partial
from typing import Final, NamedTuple

from attendance_core.attendance import CountSheet, CountsSeen, Viewer
from attendance_core.errors import Unavailable
from attendance_core.sheet_counts import SheetCounts
from attendance_core.vocabulary import EventId, Seconds
from attendance_web.wire.counts import COMMENT, encode_counts
from attendance_web.wire.step_turns import StepTurns

logger = logging.getLogger(__name__)

COUNTS_EVERY: Final[Seconds] = 0.5  # Contract: WatchAttendance, at most twice a second
COMMENT_EVERY: Final[Seconds] = 15.0  # Contract: WatchAttendance


class StreamItem(NamedTuple):
    """Holds what a stream tells next: as a value, and as it is written for all of them."""

    seen: CountsSeen | None  # None where it is only said that somebody is there
    encoded: bytes


NOTHING_NEW: Final = StreamItem(None, COMMENT)


class Stream:
    """Keeps for one open answer what it tells next: the last counts, and none before them."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self._next: StreamItem | None = None
        self._told_at: Seconds = -COUNTS_EVERY  # by the clock of the loop
        self._is_over = False  # nothing comes behind what is next
        self._changed = asyncio.Event()

    def show(self, item: StreamItem, *, is_last: bool = False) -> bool:
        """Has this told next, whatever was to be told before; False where it is over."""
        if self._is_over:
            return False
        self._next, self._is_over = item, is_last
        self._changed.set()
        return True

    def close(self) -> None:
        """Ends it without another word: whoever comes back is told why."""
        self._next, self._is_over = None, True
        self._changed.set()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Waits for what is next, again and again until the end, and writes it."""
        while (item := await self._take()) is not None:
            yield item.encoded

    async def values(self) -> AsyncGenerator[CountsSeen]:
        """Waits for the next counts, again and again until the end."""
        while (item := await self._take()) is not None:
            if item.seen is not None:
                yield item.seen

    async def _take(self) -> StreamItem | None:
        """Waits for what is next; None is the end."""
        loop = asyncio.get_running_loop()
        while self._next is not None or not self._is_over:
            if self._next is None:
                if not await self._changes_within(COMMENT_EVERY):
                    return NOTHING_NEW
                continue
            seconds_left = self._told_at + COUNTS_EVERY - loop.time()
            if seconds_left > 0:
                await self._changes_within(seconds_left)
                continue
            item, self._next, self._told_at = self._next, None, loop.time()
            return item
        return None

    async def _changes_within(self, seconds: Seconds) -> bool:
        self._changed.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        return self._changed.is_set()


def close_in_turn(stream: Stream, turns: StepTurns) -> None:
    """Ends one, with few others in the same step."""

    def close() -> bool:
        stream.close()
        return True

    turns.ask(stream.viewer.event_id, close)


class RoomStreams:
    """Counts for all streams of a room at once: where something has changed, and somebody watches.

    One look at the store each time, and at most one in half a second. They are told in ``turns``.
    """

    def __init__(self, event_id: EventId, count_sheet: CountSheet, turns: StepTurns) -> None:
        self._event_id = event_id
        self._count_sheet = count_sheet
        self._turns = turns
        self._streams: set[Stream] = set()
        self._latest: StreamItem | None = None  # counts, while somebody watches
        self._counted_at: Seconds = -COUNTS_EVERY  # by the clock of the loop
        self._is_outdated = False  # it is to be counted again
        self._counting: asyncio.Task[None] | None = None

    def add(self, stream: Stream) -> None:
        """Takes one in, which is told what the others know, or what is counted now."""
        self._streams.add(stream)
        if self._latest is None:
            self.count_soon()
        else:
            stream.show(self._latest)

    def remove(self, stream: Stream) -> None:
        """Forgets one that has ended."""
        self._streams.discard(stream)
        if not self._streams:
            self._latest = None

    def count_soon(self) -> None:
        """Has it counted again; does nothing where nobody watches."""
        self._is_outdated = bool(self._streams)
        if self._is_outdated and self._counting is None:
            # Of its own, or its logs would tell the request of whoever came first
            self._counting = asyncio.create_task(self._count(), context=Context())

    def close_for_restart(self, within: Seconds) -> None:
        """Ends every stream here, to come back.

        Each at an instant of its own ``within`` so many seconds.
        """
        loop = asyncio.get_running_loop()
        for stream in self._streams:
            loop.call_later(random.uniform(0, within), stream.close)

    def stop_counting(self) -> None:
        """Stops counting."""
        if self._counting is not None:
            self._counting.cancel()

    async def _count(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._is_outdated and self._streams:
                await asyncio.sleep(self._counted_at + COUNTS_EVERY - loop.time())
                self._is_outdated, self._counted_at = False, loop.time()
                await self._count_once()
        except Unavailable:
            logger.warning("a room could not be counted; the next reading has it counted again")
        except Exception:
            logger.exception("a room could not be counted")
        finally:
            self._counting = None

    async def _count_once(self) -> None:
        sheet = await self._count_sheet(event_id=self._event_id)
        if sheet is None:
            for stream in self._streams:
                close_in_turn(stream, self._turns)
        elif sheet.is_over or self._latest_counts != sheet.counts:
            item = StreamItem(sheet, encode_counts(sheet))
            self._latest = None if sheet.is_over else item
            for stream in self._streams:
                show = partial(stream.show, item, is_last=sheet.is_over)
                self._turns.ask(self._event_id, show)

    @property
    def _latest_counts(self) -> SheetCounts | None:
        """The counts that were told last, while somebody watches."""
        seen = None if self._latest is None else self._latest.seen
        return None if seen is None else seen.counts
