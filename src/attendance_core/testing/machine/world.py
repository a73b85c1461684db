"""A small world for tests without I/O: people, an event, and its sockets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from attendance_core.accounts import CredentialKind, Session
from attendance_core.events import Event
from attendance_core.marking.announcements import Announcement
from attendance_core.marking.commands import ConfirmMarking, PrepareToMark, RefuseToMark
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.glances import GlanceAtRooms
from attendance_core.marking.hang_ups import HangUp
from attendance_core.marking.openings import MarkMe, ReadyToMark
from attendance_core.marking.places import Place
from attendance_core.marking.readings import ReadRoom
from attendance_core.marking.terms import Terms
from attendance_core.marking.upkeep import RenewLease, Sweep, TakeLease
from attendance_core.ports import Missed, Observe, Transact
from attendance_core.profiles import Profile
from attendance_core.testing.clock import TestClock
from attendance_core.testing.lectures import session_of
from attendance_core.testing.machine.driving import drive
from attendance_core.testing.stand_ins import CountedIds, PlainNotifier
from attendance_core.vocabulary import ConnectionId, EventId, ProcessId, UserId


class MachineStore(Protocol):
    """A store as the machine has it: started, worked with and closed."""

    @property
    def transact(self) -> Transact: ...
    @property
    def observe(self) -> Observe: ...
    async def start(self) -> None: ...
    async def close(self) -> None: ...


MakeStore = Callable[[TestClock, PlainNotifier], MachineStore]


class World:
    """An event that has begun, one process, and people 1, 2, 3... with a session each."""

    def __init__(
        self,
        make_store: MakeStore,
        person_count: int = 4,
        terms: Terms | None = None,
        notifier: PlainNotifier | None = None,
    ) -> None:
        self.clock = TestClock()
        self.ids = CountedIds()
        self.notifier = notifier or PlainNotifier()
        self.store = make_store(self.clock, self.notifier)
        drive(self.store.start())
        self.terms = terms or Terms()
        transact, observe = self.store.transact, self.store.observe
        self.mark_me = MarkMe(transact, self.terms)
        self.ready_to_mark = ReadyToMark(transact, self.terms)
        self.prepare = PrepareToMark(transact, self.terms)
        self.confirm = ConfirmMarking(transact, self.terms)
        self.refuse = RefuseToMark(transact, self.terms)
        self.hang_up = HangUp(transact, self.terms)
        self.sweep = Sweep(transact, observe, self.terms)
        self.renew = RenewLease(transact, self.terms)
        self.take_lease = TakeLease(transact, self.terms)
        self.read_room = ReadRoom(observe, self.terms)
        self.glance_at_rooms = GlanceAtRooms(observe, self.terms)
        self.people = [self.add_person(f"Person {number}") for number in range(1, person_count + 1)]
        self.event_id = self.create_event()
        self.process_id = self.start_process()
        self.announcements: list[Announcement] = []
        drive(self.notifier.subscribe(self.event_id, self._hear))

    def _hear(self, heard: Announcement | Missed) -> None:
        assert not isinstance(heard, Missed), "this notifier loses nothing"
        self.announcements.append(heard)

    def add_person(self, display_name: str) -> UserId:
        def work(unit: Any) -> UserId:
            user_id: UserId = unit.accounts.add(display_name.replace(" ", ""), "hash", unit.now())
            unit.profiles.add(Profile(user_id, display_name))
            now = unit.now()
            unit.sessions.add(
                Session(session_of(user_id), user_id, CredentialKind.COOKIE, now, now)
            )
            return user_id

        return drive(self.store.transact(work))

    def create_event(
        self, name: str = "Lecture", starts: float = -60, lasts: float = 3600
    ) -> EventId:
        """Creates an event of the first person, who has joined it if they are there."""
        event_id = EventId(self.ids.event_id())
        starts_at = self.clock.now() + starts
        ends_at, code = starts_at + lasts, self.ids.event_code()
        event = Event(event_id, name, UserId(1), starts_at, ends_at, code)

        def work(unit: Any) -> None:
            unit.events.add(event)
            unit.places.make(event_id, UserId(1))
            for place in unit.places.lock(event_id, [UserId(1)]).values():
                unit.places.put(place.joined())

        drive(self.store.transact(work))
        return event_id

    def start_process(self) -> ProcessId:
        process_id = ProcessId(self.ids.process_id())
        drive(self.take_lease(process_id=process_id))
        return process_id

    def connection(
        self, user_id: int, role: Role, process_id: ProcessId | None = None
    ) -> Connection:
        return Connection(
            ConnectionId(self.ids.connection_id()),
            self.event_id,
            UserId(user_id),
            role,
            process_id or self.process_id,
            session_of(user_id),
        )

    def waits(self, user_id: int, process_id: ProcessId | None = None) -> Connection:
        """Opens a ``mark_me`` socket."""
        connection = self.connection(user_id, Role.MARK_ME, process_id)
        drive(self.mark_me(connection=connection))
        return connection

    def comes_to_mark(self, user_id: int, process_id: ProcessId | None = None) -> Connection:
        """Opens a ``marking`` socket."""
        connection = self.connection(user_id, Role.MARKING, process_id)
        drive(self.ready_to_mark(connection=connection))
        return connection

    def place(self, user_id: int) -> Place:
        def look(unit: Any) -> Place:
            found = unit.places.of(self.event_id, [UserId(user_id)])
            return found[0] if found else Place(self.event_id, UserId(user_id))

        return drive(self.store.observe(look))

    def karma(self, user_id: int) -> int:
        return drive(
            self.store.observe(lambda unit: unit.ledger.karma(UserId(user_id), self.terms))
        )

    def says_goodbye(self, connection: Connection) -> None:
        drive(self.hang_up(connections=[connection], goodbye=True))

    def breaks_off(self, connection: Connection) -> None:
        drive(self.hang_up(connections=[connection], goodbye=False))

    def advance(self, seconds: float) -> None:
        """Has time pass while the process lives: it renews its lease, and sweeps at the end."""
        left = seconds
        while left > 0:
            step = min(left, 2.0)
            self.clock.pass_(step)
            drive(self.renew(process_id=self.process_id))
            left = round(left - step, 6)
        drive(self.sweep(process_id=self.process_id))
