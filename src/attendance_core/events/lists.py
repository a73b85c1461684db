"""Lists of events: which of them, in which order, and piece by piece. Contract: 5, 1.20."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from attendance_core import ports
from attendance_core.arguments import check_page
from attendance_core.events.event import Event
from attendance_core.texts import search_part
from attendance_core.vocabulary import Instant, UserId

MIN_GET_EVENTS = 3  # Contract: GetEvents
MAX_PIECE = 500  # Contract: 1.20, events that are read in one look


@dataclass(frozen=True, slots=True)
class When:
    """Chooses events of a list by their times, and says in which order. Contract: 5.10."""

    ends_after: Instant | None = None
    starts_before: Instant | None = None
    newest_first: bool = False  # by start; else the earliest first

    def has(self, event: Event) -> bool:
        """Tells whether this event is one of them."""
        return (self.ends_after is None or event.ends_at > self.ends_after) and (
            self.starts_before is None or event.starts_at < self.starts_before
        )


ANY_TIME = When()


@dataclass(frozen=True, slots=True)
class Joined:
    """An event one is in, and whether one organises it. Contract: GetJoinedEvents."""

    event: Event
    organiser: bool


R = TypeVar("R", Event, Joined)  # a row of a list
Look = Callable[[ports.Unit], Sequence[R]]


async def _pieces(
    browse: ports.Browse,
    look: Callable[[Event | None, int, int], Look[R]],
    limit: int | None,
    offset: int,
) -> AsyncIterator[Sequence[R]]:
    """Reads a list with a look for each piece, which begins behind the last event before it.

    So no look is long, and an event that stands all the while is in the list once. ``look`` is
    given that event, how many to find, and how many to pass over.
    """
    after, left = None, limit
    while True:
        most = MAX_PIECE if left is None else min(left, MAX_PIECE)
        piece = await browse(look(after, most, 0 if after else offset))
        yield piece
        left = None if left is None else left - len(piece)
        if len(piece) < most or left == 0:
            return
        last = piece[-1]
        after = last.event if isinstance(last, Joined) else last


@dataclass(frozen=True, slots=True)
class GetEvents:
    """Lists events by a part of their name and by times. Contract: GET /api/events/GetEvents."""

    browse: ports.Browse

    async def __call__(
        self,
        *,
        name: str | None = None,
        limit: int | None = None,
        offset: int = 0,
        when: When = ANY_TIME,
    ) -> Sequence[Event]:
        """Orders them by start, then name. Raises TooShort, BadCharacters, InvalidArgument."""
        pieces = self.pieces(name=name, limit=limit, offset=offset, when=when)
        return [event async for piece in pieces for event in piece]

    def pieces(
        self,
        *,
        name: str | None = None,
        limit: int | None = None,
        offset: int = 0,
        when: When = ANY_TIME,
    ) -> AsyncIterator[Sequence[Event]]:
        """Lists some at a time. Raises TooShort, BadCharacters, InvalidArgument."""
        check_page(limit, offset)
        part = None if name is None else search_part(name, "name", MIN_GET_EVENTS)

        def look(after: Event | None, most: int, passed: int) -> Look[Event]:
            return lambda unit: unit.events.search(part, most, passed, when, after)

        return _pieces(self.browse, look, limit, offset)


@dataclass(frozen=True, slots=True)
class GetCreatedEvents:
    """Lists the events a person made. Contract: GET /api/events/GetCreatedEvents."""

    browse: ports.Browse

    async def __call__(
        self,
        *,
        actor: UserId,
        limit: int | None = None,
        offset: int = 0,
        when: When = ANY_TIME,
        helping: bool = False,
    ) -> Sequence[Event]:
        """Orders them by start, then name. Raises InvalidArgument."""
        pieces = self.pieces(actor=actor, limit=limit, offset=offset, when=when, helping=helping)
        return [event async for piece in pieces for event in piece]

    def pieces(
        self,
        *,
        actor: UserId,
        limit: int | None = None,
        offset: int = 0,
        when: When = ANY_TIME,
        helping: bool = False,
    ) -> AsyncIterator[Sequence[Event]]:
        """Lists some at a time; ``helping``: those they help in, too. Raises InvalidArgument."""
        check_page(limit, offset)

        def look(after: Event | None, most: int, passed: int) -> Look[Event]:
            def made(unit: ports.Unit) -> Sequence[Event]:
                list_of = unit.events.organised_by if helping else unit.events.created_by
                return list_of(actor, most, passed, when, after)

            return made

        return _pieces(self.browse, look, limit, offset)


@dataclass(frozen=True, slots=True)
class GetJoinedEvents:
    """Lists the events a person is in. Contract: GET /api/events/GetJoinedEvents."""

    browse: ports.Browse

    async def __call__(
        self,
        *,
        actor: UserId,
        limit: int | None = None,
        offset: int = 0,
        when: When = ANY_TIME,
    ) -> Sequence[Joined]:
        """Orders them by start, then name. Raises InvalidArgument."""
        pieces = self.pieces(actor=actor, limit=limit, offset=offset, when=when)
        return [joined async for piece in pieces for joined in piece]

    def pieces(
        self,
        *,
        actor: UserId,
        limit: int | None = None,
        offset: int = 0,
        when: When = ANY_TIME,
    ) -> AsyncIterator[Sequence[Joined]]:
        """Lists some at a time, in the same order. Raises InvalidArgument."""
        check_page(limit, offset)

        def look(after: Event | None, most: int, passed: int) -> Look[Joined]:
            def joined(unit: ports.Unit) -> Sequence[Joined]:
                found = unit.events.joined_by(actor, most, passed, when, after)
                others = [event.event_id for event in found if event.creator_id != actor]
                helped = unit.helpers.helped(actor, others)
                return [
                    Joined(event, event.creator_id == actor or event.event_id in helped)
                    for event in found
                ]

            return joined

        return _pieces(self.browse, look, limit, offset)
