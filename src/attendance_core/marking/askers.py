"""The ``mark_me`` sockets of a mirror, and what each of them is told.

Contract: 6.4, 6.16, 8.7, 8.9.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import Final

from attendance_core.marking.connections import Connection
from attendance_core.marking.frames import Delivery, Frame, HeldBy, YourPosition
from attendance_core.marking.places import Marked, Place
from attendance_core.marking.positions import Positions
from attendance_core.marking.views import View
from attendance_core.vocabulary import ConnectionId, Instant, Seconds, UserId

YOUR_POSITION_EVERY: Final[Seconds] = 3.0  # Contract: 6.16, at most once in so long a socket


class Askers:
    """Keeps the ``mark_me`` sockets of one event in one process, by person.

    ``positions`` has everybody who is listed, and is changed by `note_place` alone.
    """

    def __init__(self, positions: Positions) -> None:
        self._views_of: dict[UserId, dict[ConnectionId, View]] = {}
        self._views_with_news: dict[ConnectionId, View] = {}  # those of them that hear news
        self._positions = positions
        self.marker_ids: Set[UserId] = frozenset()  # who is there to mark, on whatever process
        self._owes_positions = False
        self._noted_as_marked: set[UserId] = set()  # who was not told yet

    @property
    def people(self) -> Set[UserId]:
        """Whoever has a socket here."""
        return self._views_of.keys()

    def __iter__(self) -> Iterator[View]:
        for views in self._views_of.values():
            yield from views.values()

    def add(self, view: View) -> None:
        """Takes in one that is open and stored; it was told nothing yet."""
        connection = view.connection
        self._views_of.setdefault(connection.user_id, {})[connection.connection_id] = view
        if view.hears_news:
            self._views_with_news[connection.connection_id] = view

    def remove(self, connection: Connection) -> None:
        """Forgets one that has gone, if it was here."""
        views = self._views_of.get(connection.user_id, {})
        views.pop(connection.connection_id, None)
        self._views_with_news.pop(connection.connection_id, None)
        if not views:
            self._views_of.pop(connection.user_id, None)
            self._noted_as_marked.discard(connection.user_id)

    @property
    def owes_positions(self) -> bool:
        """Whether the list, or who is there to mark, may be another than somebody was told."""
        return self._owes_positions and bool(self._views_with_news)

    def note_place(self, place: Place) -> None:
        """Notes somebody's place, whoever it is."""
        if self._positions.put(place):
            self._owes_positions = True

    def note_markers(self, marker_ids: Set[UserId]) -> None:
        """Notes who is there to mark."""
        if marker_ids != self.marker_ids:
            self.marker_ids = marker_ids
            self._owes_positions = True

    def tell_positions(self, now: Seconds) -> list[Delivery]:
        """Tells each their position, how many wait and how many mark, where any of it is another.

        Nobody is told twice within 3 s; ``now`` is by a stopwatch.
        """
        deliveries = []
        self._owes_positions = False
        for view in self._views_with_news.values():
            if now < view.your_position_at + YOUR_POSITION_EVERY:
                self._owes_positions = True
            else:
                deliveries += self.tell_position(view, now)
        return deliveries

    def tell_position(self, view: View, now: Seconds) -> list[Delivery]:
        """Tells one their position, where they have one that they do not know."""
        user_id = view.connection.user_id
        position = self._positions.position_of(user_id)
        if position is None or view.is_closing or not view.hears_news:
            return []
        marker_count = len(self.marker_ids) - (user_id in self.marker_ids)
        frame = YourPosition(position, len(self._positions), marker_count)
        if frame == view.your_position:
            return []
        view.your_position, view.your_position_at = frame, now
        return [Delivery(frame, (view.connection.connection_id,))]

    @property
    def owes_marks(self) -> bool:
        """Whether somebody's mark was noted, and they were not told of it yet."""
        return bool(self._noted_as_marked)

    def take_noted_as_marked(self) -> Sequence[UserId]:
        """Takes those whose mark was noted: whether it still stands is read now."""
        taken, self._noted_as_marked = sorted(self._noted_as_marked), set()
        return taken

    def tell_hold_or_note_mark(self, place: Place, at: Instant) -> list[Delivery]:
        """Tells a person on each of their sockets who holds them now, unless it was told.

        A mark is only noted: what is said of it may be old, and it annulled by now. It is told by
        `tell_mark`, once it was read.
        """
        if not isinstance(place.state, Marked):
            self._noted_as_marked.discard(place.user_id)
            return self._tell(place, at)
        for view in self._views_of.get(place.user_id, {}).values():
            view.hold_told = None  # Contract: 8.9, nobody is let go by who has marked them
            self._noted_as_marked.add(place.user_id)
        return []

    def tell_mark(self, place: Place, at: Instant) -> list[Delivery]:
        """Tells a person of their mark, which was just seen to stand, unless it was told."""
        self._noted_as_marked.discard(place.user_id)
        return self._tell(place, at)

    def _tell(self, place: Place, at: Instant) -> list[Delivery]:
        sockets_told: dict[Frame, list[ConnectionId]] = {}
        for connection_id, view in self._views_of.get(place.user_id, {}).items():
            if not view.is_closing:
                for frame in view.tell_own(place, at):
                    sockets_told.setdefault(frame, []).append(connection_id)
        return [Delivery(frame, tuple(told)) for frame, told in sockets_told.items()]

    def find_sockets_told(self, hold: HeldBy) -> tuple[ConnectionId, ...]:
        """Finds the sockets that were told last that this marker holds their person."""
        return tuple(
            view.connection.connection_id
            for view in self
            if not view.is_closing and view.hold_told and view.hold_told.marker == hold.user_id
        )
