"""A lecture that a test scripts: people, what their sockets hear, and time that passes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

from attendance_core.accounts import LoggedIn
from attendance_core.errors import Refusal
from attendance_core.marking.announcements import Announcement
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.frames import Closing, Delivery, Frame
from attendance_core.marking.mirror import Mirror
from attendance_core.marking.places import Marked
from attendance_core.ports import Missed, Notifier
from attendance_core.testing.clock import TestClock
from attendance_core.testing.time_passes import StartedService, advance
from attendance_core.vocabulary import ConnectionId, EventId, Seconds, UserId

PASSWORD = "tea at five"


class ScriptedService(StartedService, Protocol):
    """A started service, which makes connections and has a notifier."""

    @property
    def notifier(self) -> Notifier: ...
    def connection(self, user: LoggedIn, event_id: EventId, role: Role) -> Connection: ...


@dataclass(eq=False)
class Seat:
    """One socket of somebody in the lecture, and what it has heard so far."""

    lecture: ScriptedLecture
    person: LoggedIn
    connection: Connection
    frames: list[Frame] = field(default_factory=list)
    is_closed: bool = False

    def heard(self, kind: type[Frame]) -> list[Any]:
        """Lists the frames of a kind, the first ones first."""
        return [frame for frame in self.frames if isinstance(frame, kind)]

    async def prepare(self, target: LoggedIn) -> None:
        """Chooses somebody. Raises what `PrepareToMark` does."""
        do = self.lecture.service.use_cases
        await self._command(do.prepare_to_mark, target=target.user_id)

    async def confirm(self) -> None:
        """Marks who is held. Raises what `ConfirmMarking` does."""
        await self._command(self.lecture.service.use_cases.confirm_marking)

    async def refuse(self) -> None:
        """Gives back who is held. Raises what `RefuseToMark` does."""
        await self._command(self.lecture.service.use_cases.refuse_to_mark)

    async def says_goodbye(self) -> None:
        """Closes the socket as a client does that means it."""
        await self.lecture.hang_up(self, goodbye=True)

    async def breaks_off(self) -> None:
        """Ends the socket without a word; its place stays for a grace."""
        await self.lecture.hang_up(self, goodbye=False)

    async def _command(self, use_case: Any, **given: UserId) -> None:
        mirror, connection_id = self.lecture.mirror, self.connection.connection_id
        mirror.command_began(connection_id)
        try:
            outcome = await use_case(connection=self.connection, **given)
        except Refusal:
            self.lecture.deliver(mirror.command_failed(connection_id))
            raise
        self.lecture.deliver(mirror.command_ended(connection_id, outcome))
        await self.lecture.bring_up_to_date()


class ScriptedLecture:
    """An event that has begun, in a service of which this plays the sockets."""

    def __init__(self, service: ScriptedService, clock: TestClock) -> None:
        self.service = service
        self.clock = clock
        self.mirror = Mirror()
        self._seats: dict[ConnectionId, Seat] = {}
        self._heard: list[Announcement | Missed] = []

    async def begin(self, lasts: Seconds) -> None:
        """Signs its creator up, and creates the event."""
        self.creator = await self.sign_up("Creator")
        now = self.clock.now()
        event = await self.service.use_cases.create_event(
            actor=self.creator.user_id,
            name=f"Lecture {uuid4().hex[:8]}",
            starts_at=now - 60,
            ends_at=now + lasts,
        )
        self.event_id = event.event_id
        self.stop_listening = await self.service.notifier.subscribe(
            self.event_id, self._heard.append
        )

    async def sign_up(self, display_name: str) -> LoggedIn:
        """Signs somebody up; their log-in is theirs alone."""
        return await self.service.use_cases.sign_up(
            username=f"u{uuid4().hex[:12]}", password=PASSWORD, display_name=display_name
        )

    async def waits(self, person: LoggedIn) -> Seat:
        """Opens a ``mark_me`` socket for somebody. Raises what `MarkMe` does."""
        connection = self.service.connection(person, self.event_id, Role.MARK_ME)
        opened = await self.service.use_cases.mark_me(connection=connection)
        seat = await self._open(person, connection)
        if isinstance(opened.place.state, Marked):
            seat.is_closed = True
            return seat
        told = self.mirror.add_asker(connection, opened, hears_news=True, now=self.clock.now())
        self.deliver(told)
        await self.bring_up_to_date()
        return seat

    async def comes_to_mark(self, person: LoggedIn) -> Seat:
        """Opens a ``marking`` socket for somebody. Raises what `ReadyToMark` does."""
        connection = self.service.connection(person, self.event_id, Role.MARKING)
        opened = await self.service.use_cases.ready_to_mark(connection=connection)
        seat = await self._open(person, connection)
        self.deliver(self.mirror.add_marker(connection, opened, hears_news=True))
        await self.bring_up_to_date()
        return seat

    async def hang_up(self, seat: Seat, *, goodbye: bool) -> None:
        """Ends a socket, by a word of its client or without one."""
        self._forget(seat)
        await self.service.use_cases.hang_up(connections=[seat.connection], goodbye=goodbye)
        await self.bring_up_to_date()

    async def advance(self, seconds: Seconds) -> None:
        """Has time pass: leases are renewed, what runs out is swept, and all hear of it."""
        await advance(self.service, self.clock, seconds)
        await self.bring_up_to_date()

    async def karma(self, person: LoggedIn) -> int:
        """Counts what marks have paid somebody."""
        seen = await self.service.use_cases.get_profile(
            actor=person.user_id, user_id=person.user_id
        )
        return seen.karma

    async def bring_up_to_date(self) -> None:
        """Tells the sockets what was announced, and what has become of the room."""
        while self._heard:
            heard = self._heard.pop(0)
            if not isinstance(heard, Missed):
                self.deliver(self.mirror.apply_announcement(heard))
        if self.mirror.owes_marks:
            user_ids = self.mirror.begin_reading_marks()
            places = await self.service.use_cases.read_places(
                event_id=self.event_id, user_ids=user_ids
            )
            self.deliver(self.mirror.apply_marks(places))
        await self._read()
        if self.mirror.owes_positions:
            self.deliver(self.mirror.tell_positions(self.clock.now()))

    def deliver(self, deliveries: list[Delivery]) -> None:
        """Has sockets hear frames; who is marked, or is to go, goes."""
        for delivery in deliveries:
            for connection_id in delivery.connection_ids:
                seat = self._seats.get(connection_id)
                if seat is not None:
                    seat.frames.append(delivery.frame)
                    if isinstance(delivery.frame, Closing):
                        self._forget(seat)

    async def _open(self, person: LoggedIn, connection: Connection) -> Seat:
        seat = self._seats[connection.connection_id] = Seat(self, person, connection)
        await self._read()
        return seat

    async def _read(self) -> None:
        heard_count_before = self.mirror.begin_reading()
        reading = await self.service.use_cases.read_room(
            event_id=self.event_id,
            process_id=self.service.heartbeat.process_id,
            watched=self.mirror.watched,
        )
        self.deliver(self.mirror.apply_reading(heard_count_before, reading))

    def _forget(self, seat: Seat) -> None:
        seat.is_closed = True
        self._seats.pop(seat.connection.connection_id, None)
        self.mirror.remove(seat.connection)


@asynccontextmanager
async def lecture_in(
    service: ScriptedService, clock: TestClock, *, lasts: Seconds = 3600
) -> AsyncIterator[ScriptedLecture]:
    """Begins a lecture in a started service over this clock, whose sockets a test plays."""
    made = ScriptedLecture(service, clock)
    await made.begin(lasts)
    try:
        yield made
    finally:
        made.stop_listening()
