"""Lists of events: which of them, in which order, and piece by piece. Contract: 5, 1.20."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from attendance_core import ports
from attendance_core.arguments import check_kinds, check_kinds_given
from attendance_core.events.event import Event
from attendance_core.pieces import ListQuery, itself, read_in_pieces, whole
from attendance_core.texts import checked_search_part
from attendance_core.vocabulary import Instant, UserId

MIN_EVENT_NAME_PART_LENGTH = 3  # Contract: GetEvents


@dataclass(frozen=True, slots=True)
class EventQuery(ListQuery[Event]):
    """Says which events of a list are asked for, how many, and in which order. Contract: 5.10."""

    ends_after: Instant | None = None
    starts_before: Instant | None = None
    newest_first: bool = False  # by start; else the earliest first

    def __post_init__(self) -> None:
        check_kinds_given(ends_after=self.ends_after, starts_before=self.starts_before)

    def has(self, event: Event) -> bool:
        """Tells whether the times of this event are asked for."""
        return (self.ends_after is None or event.ends_at > self.ends_after) and (
            self.starts_before is None or event.starts_at < self.starts_before
        )


WHOLE_LIST = EventQuery()


@dataclass(frozen=True, slots=True)
class Membership:
    """An event one is in, and whether one organises it. Contract: GetJoinedEvents."""

    event: Event
    is_organiser: bool


@dataclass(frozen=True, slots=True)
class GetEvents:
    """Lists events by a part of their name and by times. Contract: GET /api/events/GetEvents."""

    browse: ports.Browse

    def pieces(
        self, *, name: str | None = None, query: EventQuery = WHOLE_LIST
    ) -> AsyncIterator[Sequence[Event]]:
        """Orders them by start, then name. Raises TooShort, BadCharacters, InvalidArgument."""
        least = MIN_EVENT_NAME_PART_LENGTH
        part = None if name is None else checked_search_part(name, "name", least)

        def search(piece_query: EventQuery, unit: ports.Unit) -> Sequence[Event]:
            return unit.events.search(part, piece_query)

        return read_in_pieces(self.browse, query, search, itself)

    __call__ = whole(pieces)


@dataclass(frozen=True, slots=True)
class GetCreatedEvents:
    """Lists the events a person made. Contract: GET /api/events/GetCreatedEvents."""

    browse: ports.Browse

    def pieces(
        self, *, actor: UserId, query: EventQuery = WHOLE_LIST, helping: bool = False
    ) -> AsyncIterator[Sequence[Event]]:
        """Orders them by start, then name; ``helping``: those they help in, too.

        Raises InvalidArgument.
        """
        check_kinds(actor=actor)

        def read_created(piece_query: EventQuery, unit: ports.Unit) -> Sequence[Event]:
            list_of = unit.events.organised_by if helping else unit.events.created_by
            return list_of(actor, piece_query)

        return read_in_pieces(self.browse, query, read_created, itself)

    __call__ = whole(pieces)


@dataclass(frozen=True, slots=True)
class GetJoinedEvents:
    """Lists the events a person is in. Contract: GET /api/events/GetJoinedEvents."""

    browse: ports.Browse

    def pieces(
        self, *, actor: UserId, query: EventQuery = WHOLE_LIST
    ) -> AsyncIterator[Sequence[Membership]]:
        """Orders them by start, then name. Raises InvalidArgument."""
        check_kinds(actor=actor)

        def read_memberships(piece_query: EventQuery, unit: ports.Unit) -> Sequence[Membership]:
            found = unit.events.joined_by(actor, piece_query)
            made_by_others = [event.event_id for event in found if event.creator_id != actor]
            helped = unit.helpers.helped_by(actor, made_by_others)
            return [
                Membership(event, event.creator_id == actor or event.event_id in helped)
                for event in found
            ]

        return read_in_pieces(self.browse, query, read_memberships, lambda row: row.event)

    __call__ = whole(pieces)
