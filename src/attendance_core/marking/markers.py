"""The ``marking`` sockets of a mirror, and what each of them is told.

Contract: 6.8, 6.10.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

from attendance_core.marking.connections import Connection
from attendance_core.marking.frames import (
    Confirmed,
    Delivery,
    Frame,
    GivenBack,
    Listed,
    MarkingList,
    Prepared,
    ReservationExpired,
)
from attendance_core.marking.outcomes import MarkerOpened, Outcome, answer_about
from attendance_core.marking.places import Held, Place
from attendance_core.marking.views import PlaceVersion, View, asked_at
from attendance_core.vocabulary import ConnectionId, Instant, UserId


class Markers:
    """Keeps the sockets of those who mark at one event, in one process.

    ``known`` has everybody's place, as their mirror believes it just now; ``listed`` are those of
    them who wait or are held, in the order of asking.
    """

    def __init__(self, known: Mapping[UserId, Place], listed: Iterable[UserId]) -> None:
        self._known = known
        self._listed = listed
        self._views: dict[ConnectionId, View] = {}

    @property
    def people(self) -> Set[UserId]:
        """Whoever has a socket here."""
        return {view.connection.user_id for view in self}

    def __iter__(self) -> Iterator[View]:
        yield from self._views.values()

    def __len__(self) -> int:
        return len(self._views)

    def add(self, view: View, opened: MarkerOpened) -> list[Delivery]:
        """Takes in one that is open and stored: it gets the list, and whom it holds."""
        connection_id = view.connection.connection_id
        self._views[connection_id] = view
        prepared: list[Delivery] = []
        holding = opened.holding
        if holding is not None and isinstance(holding.state, Held):
            known = self._known[holding.user_id]
            if known.state == holding.state:
                view.holds[holding.user_id] = holding.state
                left = round(holding.state.until - opened.at, 6)  # seconds, to the microsecond
                prepared = [Delivery(Prepared(holding.user_id, left), (connection_id,))]
        places = map(self._known.__getitem__, self._listed)
        listed = [place for place in places if view.should_list(place)]
        whole = MarkingList(tuple(Listed(each.user_id, asked_at(each)) for each in listed))
        return [Delivery(whole, (connection_id,)), *prepared]

    def remove(self, connection: Connection) -> None:
        """Forgets one that has gone, if it was here."""
        self._views.pop(connection.connection_id, None)

    def tell_change(
        self,
        old: Place | None,
        place: Place,
        at: Instant,
        commanded_by: ConnectionId | None,
        paid: int,
    ) -> list[Delivery]:
        """Tells each that sees a difference between a person's place and the one before.

        The socket whose command it was is answered, with the karma that its mark has ``paid``.
        """
        earlier: list[Delivery] = []
        sockets_told: dict[Frame, list[ConnectionId]] = {}
        for connection_id, view in self._views.items():
            is_its_own = connection_id == commanded_by
            was_listed = view.untold.pop(place.user_id, view.should_list(old))
            if view.has_command and not is_its_own:
                view.untold[place.user_id] = was_listed
                continue
            if is_its_own:
                earlier = self._tell_untold(view)
                view.answered_about = PlaceVersion(place.user_id, place.version)
            answer = answer_about(place, at, paid) if is_its_own else None
            for frame in view.tell(place, was_listed=was_listed, answer=answer):
                sockets_told.setdefault(frame, []).append(connection_id)
        return earlier + [
            Delivery(frame, tuple(sockets_told[frame]))
            for frame in sorted(sockets_told, key=_order_of)
        ]

    def begin_command(self, connection_id: ConnectionId) -> None:
        """Has the client of this socket hear of nothing until its command has ended."""
        if connection_id in self._views:
            self._views[connection_id].has_command = True

    def fail_command(self, connection_id: ConnectionId) -> list[Delivery]:
        """Ends a command that was refused, or failed; its socket hears what has changed."""
        view = self._views.get(connection_id)
        return [] if view is None else self._end_command(view)

    def answer_command(self, connection_id: ConnectionId, outcome: Outcome) -> list[Delivery]:
        """Ends a command that is committed, and answers it, unless its announcement did."""
        view = self._views.get(connection_id)
        if view is None:
            return []
        place, deliveries = outcome.place, list[Delivery]()
        was_answered = view.answered_about == PlaceVersion(place.user_id, place.version)
        if not (outcome.changed and was_answered):
            known = self._known[place.user_id]
            was_listed = view.untold.pop(place.user_id, view.should_list(known))
            deliveries += self._tell_untold(view)
            frames = view.tell(place, was_listed=was_listed, answer=outcome.answer)
            if known.version > place.version:
                frames += view.tell(known, was_listed=view.should_list(place))
            deliveries += [Delivery(each, (connection_id,)) for each in frames]
        return deliveries + self._end_command(view)

    def _end_command(self, view: View) -> list[Delivery]:
        """Has the client of a socket hear again, whose command is over."""
        view.has_command = False
        return self._tell_untold(view)

    def _tell_untold(self, view: View) -> list[Delivery]:
        """Tells one what has changed during its command, in the order in which it happened."""
        untold, view.untold = view.untold, {}
        told = (view.connection.connection_id,)
        return [
            Delivery(frame, told)
            for user_id, was_listed in untold.items()
            for frame in view.tell(self._known[user_id], was_listed=was_listed)
        ]


def _order_of(frame: Frame) -> int:
    """Orders one change's frames on a socket: the end of a hold, the answer, the list."""
    if isinstance(frame, ReservationExpired):
        return 0
    return 1 if isinstance(frame, Prepared | Confirmed | GivenBack) else 2
