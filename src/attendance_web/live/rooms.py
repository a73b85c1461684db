"""The rooms of this process: one for each event that has sockets here."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from attendance_core import ports
from attendance_core.marking.connections import Role
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import EventId, ProcessId, Seconds
from attendance_web.live.readings import QuietRooms
from attendance_web.live.room import Room
from attendance_web.live.room_turns import RoomTurns


@dataclass(frozen=True, slots=True)
class Census:
    """Counts who is in the rooms of this process."""

    sockets: Mapping[Role, int]  # by what they are for
    waiting: int  # people
    held: int  # people


class Rooms:
    """Keeps the rooms of this process; one that nobody uses is gone."""

    def __init__(
        self,
        notifier: ports.Notifier,
        use_cases: UseCases,
        process_id: Callable[[], ProcessId],
    ) -> None:
        self._notifier = notifier
        self._use_cases = use_cases
        self._process_id = process_id
        self._rooms: dict[EventId, Room] = {}
        self.turns = RoomTurns()
        self.quiet_rooms = QuietRooms(self._rooms, use_cases.glance_at_rooms, process_id)

    @asynccontextmanager
    async def enter(self, event_id: EventId) -> AsyncIterator[Room]:
        """Opens the event's room, read at least once, for as long as one stays.

        Raises Unavailable.
        """
        room = self._rooms.get(event_id)
        if room is None or room.has_failed:
            room = self._rooms[event_id] = Room(
                event_id, self._notifier, self._use_cases, self._process_id, self.turns
            )
        self.quiet_rooms.start()
        room.visit_count += 1
        try:
            await room.wait_until_read()
            yield room
        finally:
            room.visit_count -= 1
            if room.visit_count == 0:
                if self._rooms.get(event_id) is room:
                    del self._rooms[event_id]
                    if not self._rooms:
                        self.quiet_rooms.stop()
                room.close()

    def census(self) -> Census:
        """Counts everybody."""
        roles = Counter(role for room in self._rooms.values() for role in room.roles_of_sockets)
        counts = [room.counts for room in self._rooms.values()]
        return Census(
            sockets={role: roles[role] for role in Role},
            waiting=sum(room.waiting for room in counts),
            held=sum(room.held for room in counts),
        )

    def close_for_restart(self, within: Seconds = 0.0) -> None:
        """Closes every socket of this process, to come back here or elsewhere.

        Each at an instant of its own ``within`` so many seconds.
        """
        for room in self._rooms.values():
            room.close_for_restart(within)
