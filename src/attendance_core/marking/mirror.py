"""What the sockets of one event in one process have been told.

A mirror is told what happened and returns what is to be sent; it never sends, waits or reads.
It may be told things twice, late, in the wrong order or not at all: readings mend the rest, and
what each marker's client believes after folding its frames is what the mirror believes. Of a mark
its person is told only by what was read in the store, since word of it may be older than that of
its annulment. Contract: 6.10, 8.7.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from attendance_core.marking.announcements import (
    Announcement,
    ConnectionsEnded,
    EventChanged,
    PlaceChanged,
)
from attendance_core.marking.askers import Askers
from attendance_core.marking.connections import Connection
from attendance_core.marking.endings import Ending
from attendance_core.marking.frames import (
    Closing,
    Delivery,
    EventUpdated,
    HeldBy,
)
from attendance_core.marking.glances import RoomGlance
from attendance_core.marking.markers import Markers
from attendance_core.marking.outcomes import AskerOpened, MarkerOpened, Outcome
from attendance_core.marking.places import Held, Marked, Place
from attendance_core.marking.positions import Positions
from attendance_core.marking.readings import Reading
from attendance_core.marking.views import View
from attendance_core.vocabulary import ConnectionId, Instant, Seconds, UserId


class RoomCounts(NamedTuple):
    """How many people wait in a room, and how many are held."""

    waiting: int
    held: int


class Mirror:
    """Believes, for one event's sockets in one process, what their clients believe."""

    def __init__(self) -> None:
        self._known: dict[UserId, Place] = {}
        self._heard_count_at_change: dict[UserId, int] = {}
        self._heard_count = 0  # of what happened, to know what is older than a reading
        self._listed = Positions()  # apart, since many more have been marked than wait
        self._markers = Markers(self._known, self._listed)
        self._askers = Askers(self._listed)
        self._event: EventUpdated | None = None
        self._glance: RoomGlance | None = None  # of its last reading
        self._heard_count_at_reading = -1  # once it had applied that

    @property
    def is_empty(self) -> bool:
        """Whether it has no sockets."""
        return not self._markers and not self._askers.people

    @property
    def watched(self) -> Sequence[UserId]:
        """The people whose sockets are here."""
        return sorted(self._askers.people | self._markers.people)

    @property
    def marker_socket_count(self) -> int:
        """How many sockets may have to be told of a change of anybody's place."""
        return len(self._markers)

    @property
    def counts(self) -> RoomCounts:
        """How many people there are, as far as it knows."""
        held = sum(isinstance(self._known[user_id].state, Held) for user_id in self._listed)
        return RoomCounts(len(self._listed) - held, held)

    def knows_newer(self, place: Place) -> bool:
        """Tells whether a person's place has become another than this: a mark may be annulled."""
        known = self._known.get(place.user_id)
        return known is not None and known.version > place.version

    @property
    def glance(self) -> RoomGlance | None:
        """The glance of its last reading; None where it has to be read anew whatever the next sees.

        So it is wherever it heard of something since that reading began. Decision 0023.
        """
        return self._glance if self.heard_nothing_since_reading else None

    @property
    def heard_nothing_since_reading(self) -> bool:
        """Whether it heard of nothing since it applied its last reading: it may be quiet now."""
        return self._heard_count == self._heard_count_at_reading

    def begin_reading(self) -> int:
        """Counts what it has heard of: to be given to `apply_reading`, with what is read now."""
        return self._heard_count

    def apply_reading(self, heard_count_before: int, reading: Reading) -> list[Delivery]:
        """Applies a reading, unless something newer is known; absence from it counts, too.

        ``heard_count_before`` is what `begin_reading` counted.
        """
        was_quiet = self._heard_count == heard_count_before
        deliveries = self._apply_reading(heard_count_before, reading)
        self._glance = reading.glance if was_quiet else None
        self._heard_count_at_reading = self._heard_count
        return deliveries

    def _apply_reading(self, heard_count_before: int, reading: Reading) -> list[Delivery]:
        if reading.ending is not None:
            marked = self._tell_marks(reading.watched_places)
            return marked + self._close(list(self._views()), reading.ending)
        deliveries = self._tell_event(reading.event)
        opened_since = {
            each.connection.user_id
            for each in self._markers
            if each.heard_count_at_opening > heard_count_before
        }
        self._askers.note_markers(reading.marker_ids | opened_since)
        for place in (*reading.listed, *reading.watched_places):
            known = self._known.get(place.user_id)
            if known is None or place.version > known.version:
                deliveries += self._apply(place, reading.at)
        deliveries += self._tell_marks(reading.watched_places)
        listed = {place.user_id for place in reading.listed}
        for user_id in [each for each in self._listed if each not in listed]:
            if self._heard_count_at_change[user_id] <= heard_count_before:
                gone = replace(self._known[user_id], state=None)
                deliveries += self._apply(gone, reading.at)
        vanished = [
            each
            for each in self._views()
            if each.heard_count_at_opening <= heard_count_before
            and each.connection.connection_id not in reading.connection_ids_here
        ]
        return deliveries + self._close(vanished, None)

    def apply_announcement(self, announcement: Announcement) -> list[Delivery]:
        """Applies an announcement; nothing is to be sent if it is old."""
        self._heard_count += 1
        if isinstance(announcement, EventChanged):
            return []  # when the event ends is for a reading to say
        if isinstance(announcement, ConnectionsEnded):
            ended = [
                each
                for each in self._views()
                if announcement.connection_ids is None
                or each.connection.connection_id in announcement.connection_ids
            ]
            return self._close(ended, announcement.why)
        known = self._known.get(announcement.place.user_id)
        if known is not None and announcement.place.version <= known.version:
            return []
        return self._apply(
            announcement.place, announcement.at, announcement.commanded_by, announcement.paid
        )

    @property
    def owes_marks(self) -> bool:
        """Whether somebody whose socket is here is said to be marked, and was not told yet."""
        return self._askers.owes_marks

    def begin_reading_marks(self) -> Sequence[UserId]:
        """Takes those people: their places are to be read now, and given to `apply_marks`."""
        self._heard_count += 1  # or it is for a reading to tell
        return self._askers.take_noted_as_marked()

    def apply_marks(self, places: Sequence[Place]) -> list[Delivery]:
        """Tells those who are marked, unless something newer is known.

        What else has become of them is for announcements and readings to say.
        """
        deliveries: list[Delivery] = []
        for place in places:
            if isinstance(place.state, Marked):
                deliveries += self.apply_announcement(PlaceChanged(place, place.state.at))
        return deliveries + self._tell_marks(places)

    @property
    def owes_positions(self) -> bool:
        """Whether somebody who hears news may have another position than they were told."""
        return self._askers.owes_positions

    def tell_positions(self, now: Seconds) -> list[Delivery]:
        """Tells them, but nobody twice within 3 s by a stopwatch."""
        return self._askers.tell_positions(now)

    def add_asker(
        self,
        connection: Connection,
        opened: AskerOpened,
        *,
        hears_news: bool = False,
        now: Seconds = 0.0,
    ) -> list[Delivery]:
        """Adds a ``mark_me`` socket, open and stored: it is told what has become of its person.

        ``now`` is by the stopwatch that `tell_positions` goes by.
        """
        deliveries = self.apply_announcement(PlaceChanged(opened.place, opened.at))
        view = self._open_view(connection, hears_news=hears_news)
        self._askers.add(view)
        mine = self._known[connection.user_id]
        deliveries += self._askers.tell_hold_or_note_mark(mine, opened.at)
        return deliveries + self._askers.tell_position(view, now)

    def add_marker(
        self, connection: Connection, opened: MarkerOpened, *, hears_news: bool = False
    ) -> list[Delivery]:
        """Adds a ``marking`` socket, open and stored: it gets the list, and whom it holds."""
        holding = opened.holding
        deliveries = (
            [] if holding is None else self.apply_announcement(PlaceChanged(holding, opened.at))
        )
        view = self._open_view(connection, hears_news=hears_news)
        self._askers.note_markers(self._askers.marker_ids | {connection.user_id})
        return deliveries + self._markers.add(view, opened)

    def _open_view(self, connection: Connection, *, hears_news: bool) -> View:
        self._heard_count += 1
        return View(connection, self._heard_count, hears_news, event_told=self._event)

    def command_began(self, connection_id: ConnectionId) -> None:
        """Notes that a command of this socket has begun; see `command_ended`, `command_failed`.

        Meanwhile its client hears of nothing, so that a reading which shows the command's own
        doing early does not take from the list whom it chooses (Contract: 6.10).
        """
        self._heard_count += 1
        self._markers.begin_command(connection_id)

    def command_failed(self, connection_id: ConnectionId) -> list[Delivery]:
        """Ends a command that was refused, or failed; its socket hears what has changed."""
        self._heard_count += 1
        return self._markers.fail_command(connection_id)

    def command_ended(self, connection_id: ConnectionId, outcome: Outcome) -> list[Delivery]:
        """Ends a command that is committed: its answer, and everybody else's frames."""
        self.command_began(connection_id)
        deliveries: list[Delivery] = []
        for place in (*outcome.ended, outcome.place):
            deliveries += self.apply_announcement(PlaceChanged(place, outcome.at))
        return deliveries + self._markers.answer_command(connection_id, outcome)

    def remove(self, connection: Connection) -> None:
        """Forgets a socket that has gone, however."""
        self._heard_count += 1
        self._markers.remove(connection)
        self._askers.remove(connection)

    def tell_hold_again(self, hold: HeldBy, seconds_later: Seconds) -> list[Delivery]:
        """Tells those whom this was told, and who still are held, once more what is left."""
        told = self._askers.find_sockets_told(hold)
        left = max(0.0, round(hold.expires_in - seconds_later, 6))
        return [Delivery(replace(hold, expires_in=left), told)] if told else []

    def _views(self) -> Iterator[View]:
        yield from self._markers
        yield from self._askers

    def _apply(
        self, place: Place, at: Instant, commanded_by: ConnectionId | None = None, paid: int = 0
    ) -> list[Delivery]:
        """Takes in a person's place; answers the difference, for each socket that sees one."""
        user_id = place.user_id
        old = self._known.get(user_id)
        self._known[user_id] = place
        self._askers.note_place(place)
        self._heard_count += 1
        self._heard_count_at_change[user_id] = self._heard_count
        to_askers = self._askers.tell_hold_or_note_mark(place, at)
        return to_askers + self._markers.tell_change(old, place, at, commanded_by, paid)

    def _tell_event(self, event: EventUpdated | None) -> list[Delivery]:
        """Tells whoever hears news that their event is another now."""
        self._event = event
        told = []
        for view in self._views():
            if view.hears_news and not view.is_closing and view.event_told != event:
                view.event_told = event
                told.append(view.connection.connection_id)
        return [] if event is None or not told else [Delivery(event, tuple(told))]

    def _tell_marks(self, places: Sequence[Place]) -> list[Delivery]:
        """Tells those who are marked, by places just read, unless something newer is known."""
        return [
            each
            for place in places
            if isinstance(place.state, Marked) and not self.knows_newer(place)
            for each in self._askers.tell_mark(place, place.state.at)
        ]

    def _close(self, views: list[View], ending: Ending | None) -> list[Delivery]:
        open_ones = [view for view in views if not view.is_closing]
        for view in open_ones:
            view.is_closing = True
        told = tuple(view.connection.connection_id for view in open_ones)
        return [Delivery(Closing(ending), told)] if told else []
