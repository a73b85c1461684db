"""The ``mark_me`` sockets of a mirror, and what each of them is told. Contract: 6.4, 8.9."""

from __future__ import annotations

from collections.abc import Iterator, Set

from attendance_core.marking.connections import Connection
from attendance_core.marking.frames import Delivery, Frame, HeldBy
from attendance_core.marking.places import Place
from attendance_core.marking.views import View
from attendance_core.vocabulary import ConnectionId, Instant, UserId


class Askers:
    """Keeps those who wait at one event, each with all their sockets in one process."""

    def __init__(self) -> None:
        self._of: dict[UserId, dict[ConnectionId, View]] = {}

    @property
    def people(self) -> Set[UserId]:
        """Whoever has a socket here."""
        return self._of.keys()

    def __iter__(self) -> Iterator[View]:
        for theirs in self._of.values():
            yield from theirs.values()

    def add(self, view: View) -> None:
        """Takes in one that is open and stored; it was told nothing yet."""
        connection = view.connection
        self._of.setdefault(connection.user_id, {})[connection.connection_id] = view

    def remove(self, connection: Connection) -> None:
        """Forgets one that has gone, if it was here."""
        theirs = self._of.get(connection.user_id, {})
        theirs.pop(connection.connection_id, None)
        if not theirs:
            self._of.pop(connection.user_id, None)

    def told(self, place: Place, at: Instant) -> list[Delivery]:
        """Tells a person on each of their sockets what has become of them, unless it was told."""
        to: dict[Frame, list[ConnectionId]] = {}
        for connection_id, view in self._of.get(place.user_id, {}).items():
            if not view.closing:
                for frame in view.frames_about_me(place, at):
                    to.setdefault(frame, []).append(connection_id)
        return [Delivery(frame, tuple(those)) for frame, those in to.items()]

    def believing(self, held: HeldBy) -> tuple[ConnectionId, ...]:
        """Finds those who were told that this marker has them, and nothing else since."""
        return tuple(
            view.connection.connection_id
            for view in self
            if not view.closing and view.held_by and view.held_by.marker == held.user_id
        )
