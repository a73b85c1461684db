"""Who has sockets in this process, and who of them is about to have gone. Contract: 6.6.

A goodbye is known from the instant its Close frame was read, and counts once its hang-up is
stored. What the same person opens between the two waits for that.
"""

from __future__ import annotations

from collections.abc import Callable

from attendance_core.marking.places import PlaceKey
from attendance_core.vocabulary import EventId, UserId
from attendance_web.wire.small_asyncio import SmallEvent


class Stay:
    """Keeps one socket of somebody in an event, from before it is stored until its hang-up is."""

    def __init__(
        self, goes_without_grace: Callable[[], bool], forget: Callable[[Stay], None]
    ) -> None:
        self._goes_without_grace = goes_without_grace
        self._forget = forget
        self._ended = SmallEvent()

    @property
    def goes_without_grace(self) -> bool:
        """Whether it goes without a grace, and nobody has stored that yet."""
        return self._goes_without_grace()

    async def wait_until_ended(self) -> None:
        """Returns once nothing of it counts any more."""
        await self._ended.wait()

    def end(self) -> None:
        """Forgets it, and lets in who waits for that; idempotent."""
        if not self._ended.is_set():
            self._ended.set()
            self._forget(self)


class Stays:
    """Keeps the stays of this process by person and event."""

    def __init__(self) -> None:
        self._stays: dict[PlaceKey, set[Stay]] = {}

    def begin(
        self, event_id: EventId, user_id: UserId, goes_without_grace: Callable[[], bool]
    ) -> Stay:
        """Notes a socket. ``goes_without_grace`` is asked later, also once it has gone."""
        key = PlaceKey(event_id, user_id)
        theirs = self._stays.setdefault(key, set())

        def forget(stay: Stay) -> None:
            theirs.discard(stay)
            if not theirs and self._stays.get(key) is theirs:
                del self._stays[key]

        stay = Stay(goes_without_grace, forget)
        theirs.add(stay)
        return stay

    async def wait_for_goodbyes(self, event_id: EventId, user_id: UserId) -> None:
        """Returns once no socket of theirs in the event is about to go without a grace."""
        key = PlaceKey(event_id, user_id)
        while True:
            going = [stay for stay in self._stays.get(key, ()) if stay.goes_without_grace]
            if not going:
                return
            for stay in going:
                await stay.wait_until_ended()
