"""Gatherings that people create, join and leave. Contract: 5."""

from __future__ import annotations

from dataclasses import dataclass

from attendance_core import ports
from attendance_core.arguments import check_kind, check_kinds, check_kinds_given
from attendance_core.errors import (
    AlreadyJoined,
    BadTimes,
    EventNotStarted,
    EventOver,
    NotJoined,
    NotTheCreator,
    SomebodyTookPart,
    TooManyEvents,
)
from attendance_core.limits import CREATED_EVENTS, count_or_raise
from attendance_core.marking.announcements import ConnectionsEnded, PlaceChanged
from attendance_core.marking.endings import Ending
from attendance_core.marking.moves import end_hold, make_and_lock_places
from attendance_core.marking.places import Held
from attendance_core.marking.terms import Terms
from attendance_core.marking.who_marks import WhoMarks, is_organiser, may_mark
from attendance_core.texts import checked_text
from attendance_core.vocabulary import LATEST_INSTANT, EventCode, EventId, Instant, UserId

MAX_EVENT_NAME_LENGTH = 128  # Contract: 5
MAX_OPEN_EVENTS = 500  # Contract: 1.10, of one person that have not ended


@dataclass(frozen=True, slots=True)
class Event:
    """A gathering people join and are marked at. Contract: CreateEvent."""

    event_id: EventId
    name: str
    creator_id: UserId
    starts_at: Instant  # on the wire: time_from
    ends_at: Instant  # on the wire: time_to
    code: EventCode  # of its short address
    who_marks: WhoMarks = WhoMarks.EVERYBODY

    def check_not_over(self, now: Instant) -> None:
        """Checks that the event has not ended. Raises EventOver."""
        if now >= self.ends_at:
            raise EventOver

    def check_started(self, now: Instant) -> None:
        """Checks that the event has begun. Raises EventNotStarted."""
        if now < self.starts_at:
            raise EventNotStarted


def check_times(starts_at: Instant, ends_at: Instant, now: Instant) -> None:
    """Checks that the start lies before the end, and the end in the future. Raises BadTimes."""
    if not (0 <= starts_at < ends_at <= LATEST_INSTANT and now < ends_at):
        raise BadTimes(field="time_to")


@dataclass(frozen=True, slots=True)
class CreateEvent:
    """Makes an event, which its creator joins. Contract: POST /api/events/CreateEvent."""

    transact: ports.Transact
    ids: ports.Ids

    async def __call__(
        self,
        *,
        actor: UserId,
        name: str,
        starts_at: Instant,
        ends_at: Instant,
        who_marks: WhoMarks = WhoMarks.EVERYBODY,
    ) -> Event:
        """Takes times as UNIX seconds, UTC.

        Raises InvalidArgument, BadLength, BadCharacters, EventNameTaken, TooManyEvents,
        TooManyRequests, PersonNotFound; BadTimes, which calls ``starts_at`` `time_from` and
        ``ends_at`` `time_to`.
        """
        check_kinds(actor=actor, starts_at=starts_at, ends_at=ends_at)
        check_kind("who_marks", who_marks, WhoMarks)
        name = checked_text(name, "name", 1, MAX_EVENT_NAME_LENGTH)
        event_id = EventId(self.ids.event_id())

        def work(unit: ports.Unit) -> Event:
            unit.profiles.lock(actor)  # two events of one person are counted one after the other
            check_times(starts_at, ends_at, unit.now())
            if unit.events.count_not_over(actor, unit.now(), MAX_OPEN_EVENTS) >= MAX_OPEN_EVENTS:
                raise TooManyEvents(most=MAX_OPEN_EVENTS)
            count_or_raise(unit, CREATED_EVENTS, str(actor))  # also where each is over by now
            code = self._draw_free_code(unit)
            event = Event(event_id, name, actor, starts_at, ends_at, code=code, who_marks=who_marks)
            unit.events.add(event)
            unit.places.make(event_id, actor)
            unit.places.put(unit.places.lock(event_id, [actor])[actor].joined())
            return event

        return await self.transact(work)

    def _draw_free_code(self, unit: ports.Unit) -> EventCode:
        """Draws a code that no event has. Contract: 8.10."""
        code = self.ids.event_code()
        while unit.events.find_by_code(code) is not None:
            code = self.ids.event_code()
        return code


@dataclass(frozen=True, slots=True)
class EventSeen:
    """An event, and what whoever asks may do in it; None of each where nobody is logged in."""

    event: Event
    is_organiser: bool | None = None
    may_mark: bool | None = None


@dataclass(frozen=True, slots=True)
class GetEventByID:
    """Gets one event. Contract: GET /api/events/GetEventByID."""

    observe: ports.Observe

    async def __call__(self, *, event_id: EventId, actor: UserId | None = None) -> EventSeen:
        """Tells what ``actor`` may do in it, if there is one. Raises EventNotFound."""
        check_kinds(event_id=event_id)
        check_kinds_given(actor=actor)
        if actor is None:
            return EventSeen(await self.observe(lambda unit: unit.events.get(event_id)))
        person = actor

        def look(unit: ports.Unit) -> EventSeen:
            event = unit.events.get(event_id)
            return EventSeen(
                event, is_organiser(unit, event, person), may_mark(unit, event, person)
            )

        return await self.observe(look)


@dataclass(frozen=True, slots=True)
class JoinEvent:
    """Takes a person into an event. Contract: POST /api/events/JoinEvent."""

    transact: ports.Transact

    async def __call__(self, *, actor: UserId, event_id: EventId) -> None:
        """Raises EventNotFound, EventOver, AlreadyJoined, PersonNotFound."""
        check_kinds(actor=actor, event_id=event_id)

        def work(unit: ports.Unit) -> None:
            event = unit.events.get(event_id)
            mine = make_and_lock_places(unit, event_id, actor)[actor]
            event.check_not_over(unit.now())
            if mine.member:
                raise AlreadyJoined
            unit.places.put(mine.joined())
            unit.announce(PlaceChanged(mine.joined(), unit.now()))

        await self.transact(work)


@dataclass(frozen=True, slots=True)
class LeaveEvent:
    """Takes a person out of an event; their sockets there close, without grace.

    Contract: POST /api/events/LeaveEvent, 6.9.
    """

    transact: ports.Transact
    terms: Terms

    async def __call__(self, *, actor: UserId, event_id: EventId) -> None:
        """Raises EventNotFound, NotJoined, EventOver: who was there is a record."""
        check_kinds(actor=actor, event_id=event_id)

        def work(unit: ports.Unit) -> None:
            event = unit.events.get(event_id)
            places = unit.places.lock(event_id, [actor], with_held_by=actor)
            mine = places.get(actor)
            if mine is None or not mine.member:
                raise NotJoined
            event.check_not_over(unit.now())  # Contract: 5.5
            connections = unit.connections.of(event_id, actor)
            for place in places.values():
                if isinstance(place.state, Held) and place.state.marker == actor:
                    end_hold(unit, place, None, self.terms)
            left = mine.left(unit.now())
            unit.places.put(left)
            unit.announce(PlaceChanged(left, unit.now()))
            unit.connections.remove([each.connection_id for each in connections])
            unit.announce(
                ConnectionsEnded(
                    event_id, Ending.LEFT, frozenset(each.connection_id for each in connections)
                )
            )

        await self.transact(work)


@dataclass(frozen=True, slots=True)
class DeleteEvent:
    """Deletes an event of its creator; sockets close. Contract: POST /api/events/DeleteEvent."""

    transact: ports.Transact

    async def __call__(self, *, actor: UserId, event_id: EventId) -> None:
        """Raises EventNotFound, NotTheCreator, SomebodyTookPart, SomebodyWasMarked."""
        check_kinds(actor=actor, event_id=event_id)

        def work(unit: ports.Unit) -> None:
            event = unit.events.lock_whole(event_id)
            if event.creator_id != actor:
                raise NotTheCreator
            if unit.now() >= event.ends_at and unit.places.others_joined(event_id, actor):
                raise SomebodyTookPart  # Contract: 5.5
            unit.events.remove(event_id)
            unit.announce(ConnectionsEnded(event_id, Ending.DELETED))

        await self.transact(work)
