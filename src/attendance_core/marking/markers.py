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
    MarkingList,
    Prepared,
    ReservationExpired,
)
from attendance_core.marking.outcomes import MarkerOpened, Outcome, answer_about
from attendance_core.marking.places import Held, Place
from attendance_core.marking.views import View, since
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
        to = (view.connection.connection_id,)
        self._views[view.connection.connection_id] = view
        prepared: list[Delivery] = []
        holding = opened.holding
        if holding is not None and isinstance(holding.state, Held):
            known = self._known[holding.user_id]
            if known.state == holding.state:
                view.holds[holding.user_id] = holding.state
                left = round(holding.state.until - opened.at, 6)
                prepared = [Delivery(Prepared(holding.user_id, left), to)]
        places = map(self._known.__getitem__, self._listed)
        shown = [place for place in places if view.shows(place)]
        whole = MarkingList(tuple(each.user_id for each in shown), tuple(map(since, shown)))
        return [Delivery(whole, to), *prepared]

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

        The socket whose command it was is answered.
        """
        earlier: list[Delivery] = []
        to: dict[Frame, list[ConnectionId]] = {}
        for connection_id, view in self._views.items():
            is_its_own = connection_id == commanded_by
            listed = view.unheard.pop(place.user_id, view.shows(old))
            if view.has_command and not is_its_own:
                view.unheard[place.user_id] = listed
                continue
            if is_its_own:
                earlier = self._tell_unheard(view)
                view.answered = (place.user_id, place.version)
            answer = answer_about(place, at, paid) if is_its_own else None
            for frame in view.frames_about(place, listed=listed, answer=answer):
                to.setdefault(frame, []).append(connection_id)
        return earlier + [Delivery(frame, tuple(to[frame])) for frame in sorted(to, key=_order_of)]

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
        if not outcome.changed or view.answered != (place.user_id, place.version):
            known = self._known[place.user_id]
            listed = view.unheard.pop(place.user_id, view.shows(known))
            deliveries += self._tell_unheard(view)
            frames = view.frames_about(place, listed=listed, answer=outcome.answer)
            if known.version > place.version:
                frames += view.frames_about(known, listed=view.shows(place))
            deliveries += [Delivery(each, (connection_id,)) for each in frames]
        return deliveries + self._end_command(view)

    def _end_command(self, view: View) -> list[Delivery]:
        """Its command is over: it hears again."""
        view.has_command = False
        return self._tell_unheard(view)

    def _tell_unheard(self, view: View) -> list[Delivery]:
        """Tells one what it has yet to hear; before the answer, for it happened before."""
        unheard, view.unheard = view.unheard, {}
        to = (view.connection.connection_id,)
        return [
            Delivery(frame, to)
            for user_id, listed in unheard.items()
            for frame in view.frames_about(self._known[user_id], listed=listed)
        ]


def _order_of(frame: Frame) -> int:
    """Orders one change's frames on a socket: the end of a hold, the answer, the list."""
    if isinstance(frame, ReservationExpired):
        return 0
    return 1 if isinstance(frame, Prepared | Confirmed | GivenBack) else 2
