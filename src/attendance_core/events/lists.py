"""Lists of events: which of them, in which order, and piece by piece. Contract: 5, 1.20."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from attendance_core import ports
from attendance_core.arguments import check_page
from attendance_core.events.event import Event
from attendance_core.texts import search_part
from attendance_core.vocabulary import Instant, UserId

MIN_GET_EVENTS = 3  # Contract: GetEvents
MAX_PIECE = 500  # Contract: 1.20, events that are read in one look


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Says which events of a list are asked for, how many, and in which order. Contract: 5.10.

    ``after`` is the event behind which the list goes on; nothing is passed over then.
    """

    limit: int | None = None
    offset: int = 0
    ends_after: Instant | None = None
    starts_before: Instant | None = None
    newest_first: bool = False  # by start; else the earliest first
    after: Event | None = None

    def has(self, event: Event) -> bool:
        """Tells whether the times of this event are asked for."""
        return (self.ends_after is None or event.ends_at > self.ends_after) and (
            self.starts_before is None or event.starts_at < self.starts_before
        )


WHOLE_LIST = EventQuery()


@dataclass(frozen=True, slots=True)
class Joined:
    """An event one is in, and whether one organises it. Contract: GetJoinedEvents."""

    event: Event
    organiser: bool


R = TypeVar("R", Event, Joined)  # a row of a list
Look = Callable[[ports.Unit], Sequence[R]]


def _pieces(
    browse: ports.Browse,
    query: EventQuery,
    look_for: Callable[[EventQuery], Look[R]],
) -> AsyncIterator[Sequence[R]]:
    """Reads a list with a look for each piece, which begins behind the last event before it.

    So no look is long, and an event that stands all the while is in the list once. Raises
    InvalidArgument.
    """
    check_page(query.limit, query.offset)

    async def pieces() -> AsyncIterator[Sequence[R]]:
        asked, left = query, query.limit
        while True:
            most = MAX_PIECE if left is None else min(left, MAX_PIECE)
            asked = replace(asked, limit=most)
            piece = await browse(look_for(asked))
            yield piece
            left = None if left is None else left - len(piece)
            if len(piece) < most or left == 0:
                return
            last = piece[-1]
            after = last.event if isinstance(last, Joined) else last
            asked = replace(asked, offset=0, after=after)

    return pieces()


@dataclass(frozen=True, slots=True)
class GetEvents:
    """Lists events by a part of their name and by times. Contract: GET /api/events/GetEvents."""

    browse: ports.Browse

    async def __call__(
        self, *, name: str | None = None, query: EventQuery = WHOLE_LIST
    ) -> Sequence[Event]:
        """Orders them by start, then name. Raises TooShort, BadCharacters, InvalidArgument."""
        pieces = self.pieces(name=name, query=query)
        return [event async for piece in pieces for event in piece]

    def pieces(
        self, *, name: str | None = None, query: EventQuery = WHOLE_LIST
    ) -> AsyncIterator[Sequence[Event]]:
        """Lists some at a time. Raises TooShort, BadCharacters, InvalidArgument."""
        part = None if name is None else search_part(name, "name", MIN_GET_EVENTS)

        def look_for(asked: EventQuery) -> Look[Event]:
            return lambda unit: unit.events.search(part, asked)

        return _pieces(self.browse, query, look_for)


@dataclass(frozen=True, slots=True)
class GetCreatedEvents:
    """Lists the events a person made. Contract: GET /api/events/GetCreatedEvents."""

    browse: ports.Browse

    async def __call__(
        self, *, actor: UserId, query: EventQuery = WHOLE_LIST, helping: bool = False
    ) -> Sequence[Event]:
        """Orders them by start, then name. Raises InvalidArgument."""
        pieces = self.pieces(actor=actor, query=query, helping=helping)
        return [event async for piece in pieces for event in piece]

    def pieces(
        self, *, actor: UserId, query: EventQuery = WHOLE_LIST, helping: bool = False
    ) -> AsyncIterator[Sequence[Event]]:
        """Lists some at a time; ``helping``: those they help in, too. Raises InvalidArgument."""

        def look_for(asked: EventQuery) -> Look[Event]:
            def made(unit: ports.Unit) -> Sequence[Event]:
                list_of = unit.events.organised_by if helping else unit.events.created_by
                return list_of(actor, asked)

            return made

        return _pieces(self.browse, query, look_for)


@dataclass(frozen=True, slots=True)
class GetJoinedEvents:
    """Lists the events a person is in. Contract: GET /api/events/GetJoinedEvents."""

    browse: ports.Browse

    async def __call__(self, *, actor: UserId, query: EventQuery = WHOLE_LIST) -> Sequence[Joined]:
        """Orders them by start, then name. Raises InvalidArgument."""
        return [joined async for piece in self.pieces(actor=actor, query=query) for joined in piece]

    def pieces(
        self, *, actor: UserId, query: EventQuery = WHOLE_LIST
    ) -> AsyncIterator[Sequence[Joined]]:
        """Lists some at a time, in the same order. Raises InvalidArgument."""

        def look_for(asked: EventQuery) -> Look[Joined]:
            def joined(unit: ports.Unit) -> Sequence[Joined]:
                found = unit.events.joined_by(actor, asked)
                others = [event.event_id for event in found if event.creator_id != actor]
                helped = unit.helpers.helped(actor, others)
                return [
                    Joined(event, event.creator_id == actor or event.event_id in helped)
                    for event in found
                ]

            return joined

        return _pieces(self.browse, query, look_for)
