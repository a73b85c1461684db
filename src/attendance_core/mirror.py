"""What the sockets of one event in one process have been told.

A mirror is told what happened and returns what is to be sent; it never sends, waits or reads.
It may be told things twice, late, in the wrong order or not at all: readings mend the rest, and
what each marker's client believes after folding its frames is what the mirror believes.
Contract: 6.10.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from attendance_core.announcements import Announcement, ConnectionsEnded, PlaceChanged, Why
from attendance_core.connections import Connection
from attendance_core.errors import EventDeleted, EventOver, LeftEvent, NotLoggedIn
from attendance_core.frames import (
    Answer,
    Closing,
    Confirmed,
    Frame,
    MarkingList,
    Prepared,
    Refused,
    ReservationExpired,
    UserJoined,
    UserLeft,
    WasMarked,
)
from attendance_core.marking import Outcome, Ready
from attendance_core.places import Held, Marked, Place, Waiting
from attendance_core.upkeep import Reading
from attendance_core.vocabulary import ConnectionId, Instant, UserId

CLOSING = {Why.LEFT: LeftEvent, Why.LOGGED_OUT: NotLoggedIn, Why.DELETED: EventDeleted}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One frame and the sockets it goes to."""

    frame: Frame
    to: tuple[ConnectionId, ...]


@dataclass(slots=True)
class _Socket:
    """A socket as the mirror knows it."""

    connection: Connection
    opened_at: int
    holding: Held | None = None  # the hold it was told of by ``prepared``
    held_user: UserId | None = None
    answered: tuple[UserId, int] | None = None  # person and version it was answered about last
    closing: bool = False

    def lists(self, place: Place | None) -> bool:
        """Whether this person is on its client's list when their place is this."""
        if place is None or place.user_id == self.connection.user_id:
            return False
        if isinstance(place.state, Waiting):
            return True
        return place.user_id == self.held_user and place.state == self.holding is not None


class Mirror:
    """One event's sockets in one process."""

    def __init__(self) -> None:
        self._known: dict[UserId, Place] = {}
        self._told_at: dict[UserId, int] = {}
        self._now = 0  # counts what it was told, to know what is older than a reading
        self._markers: dict[ConnectionId, _Socket] = {}
        self._askers: dict[UserId, dict[ConnectionId, _Socket]] = {}

    @property
    def is_empty(self) -> bool:
        """Whether it has no sockets."""
        return not self._markers and not self._askers

    @property
    def watched(self) -> Sequence[UserId]:
        """The people whose sockets are here."""
        return sorted(
            {*self._askers, *(each.connection.user_id for each in self._markers.values())}
        )

    def begin_reading(self) -> int:
        """To be called before a reading begins, and its answer given to `read`."""
        return self._now

    def read(self, begun: int, reading: Reading) -> list[Delivery]:
        """A reading counts unless something newer is known; so does absence from it."""
        if reading.event is None or reading.is_over:
            why = EventDeleted if reading.event is None else EventOver
            return self._close(list(self._sockets()), why)
        deliveries: list[Delivery] = []
        for place in (*reading.listed, *reading.watched):
            known = self._known.get(place.user_id)
            if (
                known is None
                or place.version > known.version
                or (place.version == known.version and place.state != known.state)
            ):
                deliveries += self._apply(place, reading.at, None)
        listed = {place.user_id for place in reading.listed}
        for user_id, known in list(self._known.items()):
            absent = isinstance(known.state, Waiting | Held) and user_id not in listed
            if absent and self._told_at[user_id] <= begun:
                deliveries += self._apply(replace(known, state=None), reading.at, None)
        vanished = [
            each
            for each in self._sockets()
            if each.opened_at <= begun and each.connection.connection_id not in reading.connections
        ]
        return deliveries + self._close(vanished, None)

    def told(self, news: Announcement) -> list[Delivery]:
        """What an announcement changes for the sockets here; nothing if it is old."""
        if isinstance(news, ConnectionsEnded):
            ended = [
                each
                for each in self._sockets()
                if news.connection_ids is None
                or each.connection.connection_id in news.connection_ids
            ]
            return self._close(ended, CLOSING[news.why])
        known = self._known.get(news.place.user_id)
        if known is not None and news.place.version <= known.version:
            return []
        return self._apply(news.place, news.at, news.asked_by)

    def waits(self, connection: Connection, place: Place) -> list[Delivery]:
        """A ``mark_me`` socket is open and stored; the place is its person's, as committed."""
        deliveries = self.told(PlaceChanged(place, 0))
        self._now += 1
        socket = _Socket(connection, self._now)
        theirs = self._askers.setdefault(connection.user_id, {})
        theirs[connection.connection_id] = socket
        return deliveries + self._was_marked(self._known[connection.user_id])

    def ready(self, connection: Connection, ready: Ready) -> list[Delivery]:
        """A ``marking`` socket is open and stored: it gets the list, and whom it holds."""
        holding = ready.holding
        deliveries = [] if holding is None else self.told(PlaceChanged(holding, ready.at))
        self._now += 1
        socket = _Socket(connection, self._now)
        self._markers[connection.connection_id] = socket
        to = (connection.connection_id,)
        prepared: list[Delivery] = []
        if holding is not None and isinstance(holding.state, Held):
            known = self._known[holding.user_id]
            if known.state == holding.state:
                socket.holding, socket.held_user = holding.state, holding.user_id
                left = round(holding.state.until - ready.at, 6)
                prepared = [Delivery(Prepared(holding.user_id, left), to)]
        listed = sorted(
            (_since(place), place.user_id) for place in self._known.values() if socket.lists(place)
        )
        whole = MarkingList(
            tuple(user_id for _, user_id in listed), tuple(since for since, _ in listed)
        )
        return [*deliveries, Delivery(whole, to), *prepared]

    def answered(self, connection_id: ConnectionId, outcome: Outcome) -> list[Delivery]:
        """A command of this socket is committed: its answer, and everybody else's frames."""
        socket = self._markers.get(connection_id)
        asked_by = connection_id if outcome.changed else None
        deliveries = self.told(PlaceChanged(outcome.place, outcome.at, asked_by))
        user_id, to = outcome.place.user_id, (connection_id,)
        if socket is None or (
            outcome.changed and socket.answered == (user_id, outcome.place.version)
        ):
            return deliveries
        deliveries.append(Delivery(outcome.answer, to))
        if isinstance(outcome.answer, Prepared):
            known = self._known[user_id]
            if known.state != outcome.place.state:
                deliveries.append(Delivery(ReservationExpired(user_id), to))
            elif isinstance(known.state, Held) and not socket.lists(known):
                socket.holding, socket.held_user = known.state, user_id
                deliveries.append(Delivery(UserJoined(user_id, known.state.since), to))
        return deliveries

    def closed(self, connection: Connection) -> None:
        """A socket has gone, however."""
        self._markers.pop(connection.connection_id, None)
        theirs = self._askers.get(connection.user_id, {})
        theirs.pop(connection.connection_id, None)
        if not theirs:
            self._askers.pop(connection.user_id, None)

    def _sockets(self) -> Iterator[_Socket]:
        yield from self._markers.values()
        for theirs in self._askers.values():
            yield from theirs.values()

    def _apply(self, place: Place, at: Instant, asked_by: ConnectionId | None) -> list[Delivery]:
        """A person's place is this now: the difference, for each socket that sees one."""
        old = self._known.get(place.user_id)
        self._known[place.user_id] = place
        self._now += 1
        self._told_at[place.user_id] = self._now
        answers: list[Delivery] = []
        expired: list[ConnectionId] = []
        left: list[ConnectionId] = []
        joined: list[ConnectionId] = []
        for connection_id, socket in self._markers.items():
            listed = socket.lists(old)
            asked = connection_id == asked_by
            if socket.held_user == place.user_id and socket.holding != place.state:
                socket.holding = socket.held_user = None
                if not asked:
                    expired.append(connection_id)
            if asked:
                if isinstance(place.state, Held):
                    socket.holding, socket.held_user = place.state, place.user_id
                socket.answered = (place.user_id, place.version)
                answers.append(Delivery(_answer(place, at), (connection_id,)))
            lists = socket.lists(place)
            if listed and not lists and not (asked and isinstance(place.state, Marked)):
                left.append(connection_id)
            elif lists and not listed:
                joined.append(connection_id)
        deliveries = answers + self._was_marked(place)
        if expired:
            deliveries.append(Delivery(ReservationExpired(place.user_id), tuple(expired)))
        if left:
            deliveries.append(Delivery(UserLeft(place.user_id), tuple(left)))
        if joined:
            frame = UserJoined(place.user_id, _since(place))
            deliveries.append(Delivery(frame, tuple(joined)))
        return deliveries

    def _was_marked(self, place: Place) -> list[Delivery]:
        """The person marked is told on each of their sockets, once a socket."""
        if not isinstance(place.state, Marked):
            return []
        told = [each for each in self._askers.get(place.user_id, {}).values() if not each.closing]
        for socket in told:
            socket.closing = True
        to = tuple(socket.connection.connection_id for socket in told)
        return [Delivery(WasMarked(place.state.by), to)] if to else []

    def _close(self, sockets: list[_Socket], why: type[Exception] | None) -> list[Delivery]:
        ending = [socket for socket in sockets if not socket.closing]
        for socket in ending:
            socket.closing = True
        to = tuple(socket.connection.connection_id for socket in ending)
        return [Delivery(Closing(why), to)] if to else []


def _since(place: Place) -> Instant:
    return place.state.since if isinstance(place.state, Waiting | Held) else 0


def _answer(place: Place, at: Instant) -> Answer:
    """What the socket that asked for this change is answered."""
    match place.state:
        case Held(until=until):
            return Prepared(place.user_id, round(until - at, 6))
        case Marked(points=points):
            return Confirmed(points)
        case _:
            return Refused()
