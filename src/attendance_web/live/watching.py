"""Who watches in this process: how many may, and until when. Contract: WatchAttendance.

Whether they still may is asked for all of them together.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Hashable, Mapping
from contextlib import asynccontextmanager
from contextvars import Context
from typing import Final

from attendance_core.attendance import CheckViewers, Viewer
from attendance_core.errors import TooManyRequests, Unavailable
from attendance_core.vocabulary import Seconds
from attendance_web.live.rooms import Rooms
from attendance_web.live.streams import Stream, close_in_turn

logger = logging.getLogger(__name__)

# Contract: WatchAttendance, counted by each process
MAX_OF_PERSON, MAX_OF_LINK = 16, 200  # of one event
MAX_OF_PERSON_IN_ALL, MAX_OF_LINKS_IN_ALL = 64, 400  # and by the links of one person's events
RETRY_SECONDS: Final = 5  # after which whoever is one too many may try again
CHECK_EVERY: Final[Seconds] = 4.0  # Contract: WatchAttendance, it ends within 5 s
CHECKED_AT_ONCE: Final = 100  # viewers that one look is about


class Watching:
    """Opens streams, and ends those whose session, right or link has ended."""

    def __init__(self, rooms: Rooms, check_viewers: CheckViewers) -> None:
        self._rooms = rooms
        self._check_viewers = check_viewers
        self._streams: dict[Viewer, set[Stream]] = {}
        # By what they count against, each with its network; the latest last
        self._counted: dict[Hashable, dict[Stream, str]] = {}
        self._stream_count = 0
        self._checking: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def open(self, viewer: Viewer, network: str) -> AsyncIterator[Stream]:
        """Opens a stream for as long as the block lasts. Raises TooManyRequests, Unavailable."""
        limits, stream = _limits_of(viewer), Stream(viewer)
        if viewer.user_id is not None:
            network = ""  # a person is one and the same wherever they are
        for counted_by, limit in limits.items():
            self._fit_one_more(counted_by, limit, network)
        for counted_by in limits:
            self._counted.setdefault(counted_by, {})[stream] = network
        self._stream_count += 1
        try:
            async with self._rooms.enter(viewer.event_id) as room:
                self._add(stream)
                room.streams.add(stream)
                try:
                    yield stream
                finally:
                    room.streams.remove(stream)
                    self._remove(stream)
        finally:
            self._stream_count -= 1
            self._stop_counting(stream)

    def _fit_one_more(self, counted_by: Hashable, limit: int, network: str) -> None:
        """Has one more fit in. Raises TooManyRequests where there are too many.

        Whoever has a link may give it to others, or open all its streams by themselves: one that
        comes from elsewhere ends the latest of the network that has most.
        """
        network_of = self._counted.get(counted_by, {})
        if len(network_of) < limit:
            return
        counts = Counter(network_of.values())
        busiest, number = counts.most_common(1)[0]
        if number <= counts[network] + 1:
            raise TooManyRequests(seconds=RETRY_SECONDS)
        latest = next(each for each in reversed(network_of) if network_of[each] == busiest)
        self._stop_counting(latest)
        latest.close()

    def _stop_counting(self, stream: Stream) -> None:
        for counted_by in _limits_of(stream.viewer):
            streams = self._counted.get(counted_by, {})
            streams.pop(stream, None)
            if not streams:
                self._counted.pop(counted_by, None)

    @property
    def stream_count(self) -> int:
        """How many streams are open, or on their way in or out."""
        return self._stream_count

    async def stop_checking(self) -> None:
        """Stops asking whether anybody may still watch."""
        if self._checking is not None:
            self._checking.cancel()
            await asyncio.wait([self._checking])

    def _add(self, stream: Stream) -> None:
        self._streams.setdefault(stream.viewer, set()).add(stream)
        if self._checking is None:
            self._checking = asyncio.create_task(self._check(), context=Context())

    def _remove(self, stream: Stream) -> None:
        theirs = self._streams[stream.viewer]
        theirs.discard(stream)
        if not theirs:
            del self._streams[stream.viewer]

    async def _check(self) -> None:
        try:
            while self._streams:
                await asyncio.sleep(CHECK_EVERY)
                viewers = list(self._streams)
                for first in range(0, len(viewers), CHECKED_AT_ONCE):
                    await self._check_some(viewers[first : first + CHECKED_AT_ONCE])
        finally:
            self._checking = None

    async def _check_some(self, viewers: list[Viewer]) -> None:
        try:
            still_watching = await self._check_viewers(viewers=viewers)
        except Unavailable:
            logger.warning("whether those who watch still may could not be read")
            return
        except Exception:
            logger.exception("whether those who watch still may could not be read")
            return
        for viewer in viewers:
            if viewer not in still_watching:
                for stream in self._streams.get(viewer, ()):
                    close_in_turn(stream, self._rooms.turns.streams)


def _limits_of(viewer: Viewer) -> Mapping[Hashable, int]:
    """Tells what this viewer's stream counts against, and how many there may be of each."""
    if viewer.user_id is not None:
        user_id = viewer.user_id
        return {(viewer.event_id, user_id): MAX_OF_PERSON, user_id: MAX_OF_PERSON_IN_ALL}
    return {viewer.admitted_by: MAX_OF_LINK, ("links", viewer.creator_id): MAX_OF_LINKS_IN_ALL}
