"""A lecture served by several processes, in which everything that can happen may be put off.

What a process does in several steps is a generator: between its steps anything else may happen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_core.accounts import CredentialKind, LogOut, Session
from attendance_core.attendance import AnnulMark, MarkParticipant
from attendance_core.errors import (
    EventOver,
    LeaseLost,
    LeftEvent,
    NoLongerMarks,
    NotLoggedIn,
    Refusal,
)
from attendance_core.events import (
    AddHelper,
    DeleteEvent,
    Event,
    JoinEvent,
    LeaveEvent,
    RemoveHelper,
    UpdateEvent,
)
from attendance_core.marking.announcements import Announcement
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.endings import Ending, FindEnding
from attendance_core.marking.frames import Closing, Delivery, LetGo, WasMarked, YourPosition
from attendance_core.marking.ledger import AnnulReason, Entry
from attendance_core.marking.mirror import Mirror
from attendance_core.marking.places import Held, Marked, Place, Waiting
from attendance_core.marking.readings import ReadPlaces
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.pieces import ListQuery
from attendance_core.vocabulary import ConnectionId, Instant, ProcessId, SessionId, UserId
from tests.support.marking_client import Client, Command
from tests.support.world import World, drive

CREATOR = UserId(1)  # of the event
Steps = Iterator[None]
Marks = Set[tuple[UserId, UserId]]  # who is marked by whom
ENDS_THE_SOCKET = (EventOver, LeftEvent, NoLongerMarks, NotLoggedIn, LeaseLost)


@dataclass(eq=False)
class Host:
    """A process: its mirror, what the notifier has for it, its sockets and what is under way."""

    process_id: ProcessId
    mirror: Mirror = field(default_factory=Mirror)
    has_read: bool = False
    post: list[Announcement] = field(default_factory=list)
    clients: dict[ConnectionId, Client] = field(default_factory=dict)
    under_way: list[Steps] = field(default_factory=list)
    missed: int = 0  # announcements lost since it has last read
    asleep: bool = False


class Post(LocalNotifier):
    """Puts every announcement into the box of every process, where it may be lost."""

    def __init__(self) -> None:
        super().__init__()
        self.hosts: list[Host] = []

    def publish(self, announcement: Announcement) -> None:
        super().publish(announcement)
        for host in self.hosts:
            host.post.append(announcement)


class Campus(World):
    """People with two sessions each, one event, and processes that come and go."""

    def __init__(self, people: int) -> None:
        self.post = Post()
        super().__init__(people, notifier=self.post)
        self.hosts = self.post.hosts
        self.all_clients: list[Client] = []
        self.renewed: dict[ProcessId, Instant] = {}
        self.organisers = {CREATOR}
        self.sessions = {(user, n): self.logs_in(user) for user in self.people for n in (0, 1)}
        self.starts()

    # Processes

    def starts(self) -> None:
        process_id = self.process()
        self.renewed[process_id] = self.clock.now()
        self.hosts.append(Host(process_id))

    def dies(self, host: Host) -> None:
        """Without a word."""
        self.hosts.remove(host)
        for client in host.clients.values():
            client.closed = True

    def wakes(self, host: Host) -> None:
        """Where its lease has run out it takes a new id and closes every socket (1012)."""
        try:
            drive(self.renew(process_id=host.process_id))
            self.renewed[host.process_id] = self.clock.now()
        except LeaseLost:
            host.process_id = self.process()
            self.renewed[host.process_id] = self.clock.now()
            gone, host.clients = list(host.clients.values()), {}
            host.mirror, host.has_read = Mirror(), False
            for client in gone:
                client.closed = True
                host.under_way.append(self._hang_up(host, client, goodbye=False))

    def time_passes(self, seconds: float, sweeping: bool) -> None:
        """Those awake renew every 2 s, and sweep; every 6 s while nothing is to run out."""
        while seconds > 0:
            step = min(seconds, self._until_something_runs_out())
            seconds = round(seconds - step, 6)
            self.clock.pass_(step)
            for host in self.hosts:
                if not host.asleep:
                    drive(self.renew(process_id=host.process_id))
                    self.renewed[host.process_id] = self.clock.now()
                    if sweeping:
                        drive(self.sweep(process_id=host.process_id))

    def _until_something_runs_out(self) -> float:
        """2 to 6 s, in steps of 2; no more than a lease lasts."""
        tables, now = self.store._tables, self.clock.now()
        awake = {host.process_id for host in self.hosts if not host.asleep}
        ends = [each.state.until for each in tables.places.values() if isinstance(each.state, Held)]
        for connection in tables.connections.values():
            if connection.lost_at is not None:
                ends.append(connection.lost_at + self.terms.grace_seconds)
            elif connection.process_id not in awake:
                return 2.0
        left = min(ends, default=Instant(now + 6.0)) - now
        return min(max(2.0 * math.ceil(left / 2.0), 2.0), 6.0)

    # Sockets

    def opens(self, host: Host, user_id: UserId, session: SessionId, role: Role) -> Steps:
        if not host.has_read:
            yield from self.reads(host)
        cid = ConnectionId(self.ids.connection_id())
        connection = Connection(cid, self.event_id, user_id, role, host.process_id, session)
        client = Client(connection, hears_news=cid.int % 4 != 0)
        try:
            if role is Role.MARK_ME:
                asked = drive(self.mark_me(connection=connection))
                if isinstance(asked.place.state, Marked):
                    return
            else:
                ready = drive(self.ready_to_mark(connection=connection))
        except (Refusal, LeaseLost):
            return
        self._replaces(connection)
        client.first_announcement = len(self.news)
        self.all_clients.append(client)
        yield
        while not host.has_read:  # a room is not closed while somebody is on their way in
            yield from self.reads(host)
        host.clients[cid] = client
        if role is Role.MARK_ME:
            news, now = client.hears_news, self.clock.now()
            told = host.mirror.add_asker(connection, asked, hears_news=news, now=now)
        else:
            told = host.mirror.add_marker(connection, ready, hears_news=client.hears_news)
        self._deliver(host, told)

    def _replaces(self, connection: Connection) -> None:
        """The grace of those lost, or of a process that seems dead, is over."""
        for other in self.all_clients:
            same = other.user_id == connection.user_id and other.connection.role is connection.role
            quiet = self.renewed[other.connection.process_id] + self.terms.lease_seconds
            if same and (other.lost_at is not None or quiet <= self.clock.now()):
                other.ended = True

    def says(self, host: Host, client: Client, name: str, user_id: UserId | None) -> Steps:
        connection = client.connection
        cid = connection.connection_id
        host.mirror.command_began(cid)
        client.said, client.takes_commands = Command(name, user_id), False
        yield
        try:
            if name == "prepare":
                assert user_id is not None
                outcome = drive(self.prepare(connection=connection, target=user_id))
            else:
                use_case = self.confirm if name == "confirm" else self.refuse
                outcome = drive(use_case(connection=connection, target=user_id))
        except (Refusal, LeaseLost) as no:
            yield
            client.said, client.takes_commands = None, True
            self._deliver(host, host.mirror.command_failed(cid))
            if isinstance(no, ENDS_THE_SOCKET) and not client.closed:
                client.closed = True
                final = not isinstance(no, LeaseLost)
                host.under_way.append(self._hang_up(host, client, goodbye=final))
            return
        client.said.user_id = outcome.place.user_id
        yield
        client.takes_commands = True
        self._deliver(host, host.mirror.command_ended(cid, outcome))
        assert client.said is None or client.closed, "its command was not answered"

    def hangs_up(self, host: Host, client: Client, goodbye: bool) -> Steps:
        client.closed = True
        return self._hang_up(host, client, goodbye)

    def _hang_up(self, host: Host, client: Client, goodbye: bool) -> Steps:
        yield
        host.clients.pop(client.connection.connection_id, None)
        host.mirror.remove(client.connection)
        if host.mirror.is_empty:
            host.mirror, host.has_read = Mirror(), False
        yield
        drive(self.hang_up(connections=[client.connection], goodbye=goodbye))
        client.ended = client.ended or goodbye
        if client.lost_at is None:
            client.lost_at = self.clock.now()

    def reads(self, host: Host) -> Steps:
        """Whole, unless it is quiet and a glance finds it as it was."""
        mirror = host.mirror
        missed = host.missed
        if mirror.glance is not None:
            yield
            seen = drive(
                self.glance_at_rooms(event_ids=[self.event_id], process_id=host.process_id)
            )
            yield
            if mirror is not host.mirror:
                return
            if mirror.glance is not None and seen.get(self.event_id) == mirror.glance:
                host.missed -= missed
                return
        begun, missed = mirror.begin_reading(), host.missed
        quiet = mirror.is_unstirred
        yield
        reading = drive(
            self.read_room(
                event_id=self.event_id,
                process_id=host.process_id,
                watched=mirror.watched,
                glances=quiet,
            )
        )
        standing = self.standing_marks()
        yield
        if mirror is host.mirror:
            host.has_read = True
            host.missed -= missed
            self._deliver(host, mirror.apply_reading(begun, reading), standing)

    def _looks(self, host: Host) -> Steps:
        """Sees whether those who are said to be marked still are."""
        mirror = host.mirror
        user_ids = mirror.begin_look()
        yield
        look = ReadPlaces(self.store.observe)
        places = drive(look(event_id=self.event_id, user_ids=user_ids))
        standing = self.standing_marks()
        yield
        if mirror is host.mirror:
            self._deliver(host, mirror.apply_look(places), standing)

    def told(self, host: Host, announcement: Announcement) -> None:
        self._deliver(host, host.mirror.apply_announcement(announcement))

    def loses(self, host: Host, first: int, count: int) -> None:
        del host.post[first : first + count]
        host.missed += count

    def tells_places(self, host: Host) -> None:
        if host.mirror.owes_positions:
            self._deliver(host, host.mirror.tell_positions(self.clock.now()))

    def _deliver(
        self, host: Host, deliveries: Sequence[Delivery], standing: Marks | None = None
    ) -> None:
        """Sends it; ``standing`` are the marks that stood when what it tells was read."""
        if standing is None:
            standing = self.standing_marks()
        for delivery in deliveries:
            for cid in delivery.to:
                client = host.clients.get(cid)
                if client is None or client.closed:
                    continue
                if isinstance(delivery.frame, LetGo):
                    believed = host.mirror._known[client.user_id].state
                    assert not isinstance(believed, Marked), "let go by who has marked them"
                if isinstance(delivery.frame, WasMarked):
                    mark = client.user_id, delivery.frame.user_id
                    assert mark in standing, "told of a mark that was annulled"
                client.takes(delivery.frame)
                if isinstance(delivery.frame, YourPosition):
                    assert self.clock.now() >= client.place_at + 3, "told twice within 3 s"
                    client.place_at = self.clock.now()
                if client.closed:
                    ending = None
                    if isinstance(delivery.frame, Closing):
                        ask = FindEnding(self.store.observe)
                        ending = delivery.frame.ending or drive(ask(connection=client.connection))
                    goodbye = ending is not Ending.LEASE_LOST
                    host.under_way.append(self._hang_up(host, client, goodbye))
        if host.mirror.owes_marks:
            host.under_way.append(self._looks(host))

    # People

    def logs_in(self, user_id: UserId) -> SessionId:
        session_id, now = SessionId(self.ids.token()), self.clock.now()
        session = Session(session_id, user_id, CredentialKind.COOKIE, now, now)
        drive(self.store.transact(lambda unit: unit.sessions.add(session)))
        return session_id

    def logs_out(self, user_id: UserId, which: int) -> None:
        session_id = self.sessions[user_id, which]
        drive(LogOut(self.store.transact, self.terms)(session_id=session_id))
        for client in self.all_clients:
            client.ended = client.ended or client.connection.session_id == session_id
        self.sessions[user_id, which] = self.logs_in(user_id)

    def leaves(self, user_id: UserId) -> None:
        drive(LeaveEvent(self.store.transact, self.terms)(actor=user_id, event_id=self.event_id))
        for client in self.all_clients:
            client.ended = client.ended or client.user_id == user_id

    def joins(self, user_id: UserId) -> None:
        drive(JoinEvent(self.store.transact)(actor=user_id, event_id=self.event_id))

    def deletes(self) -> None:
        drive(DeleteEvent(self.store.transact)(actor=CREATOR, event_id=self.event_id))

    def lets(self, who_marks: WhoMarks) -> None:
        """The first person created the event; nobody has a tick."""
        update = UpdateEvent(self.store.transact, self.terms)
        drive(update(actor=CREATOR, event_id=self.event_id, who_marks=who_marks))
        self._leaves_out()

    def helps(self, user_id: UserId) -> None:
        add = AddHelper(self.store.transact)
        drive(add(actor=CREATOR, event_id=self.event_id, user_id=user_id))
        self.organisers.add(user_id)

    def helps_no_more(self, user_id: UserId) -> None:
        remove = RemoveHelper(self.store.transact, self.terms)
        drive(remove(actor=CREATOR, event_id=self.event_id, user_id=user_id))
        self.organisers -= {user_id} - {CREATOR}
        self._leaves_out()

    def _leaves_out(self) -> None:
        for client in self.all_clients:
            if not self.may_mark(client.user_id):
                client.ended = client.ended or client.connection.role is Role.MARKING

    def marks_by_hand(self, actor: UserId, user_id: UserId) -> None:
        mark = MarkParticipant(self.store.transact)
        drive(mark(actor=actor, event_id=self.event_id, user_id=user_id))

    def annuls(self, actor: UserId, user_id: UserId, n: int, reason: AnnulReason) -> None:
        """Whoever waits, and was not told of the mark, comes back anew."""
        before = self.places()[user_id].last_n
        drive(
            AnnulMark(self.store.transact)(
                actor=actor, event_id=self.event_id, user_id=user_id, n=n, reason=reason
            )
        )
        for client in self.all_clients:
            if client.user_id == user_id and self.places()[user_id].last_n > before:
                client.ended = client.ended or client.connection.role is Role.MARK_ME

    # The truth

    def keeps_its_place(self, client: Client) -> bool:
        """Whether a socket is open, or within its grace."""
        now = self.clock.now()
        return (
            not client.ended
            and now < self.renewed[client.connection.process_id] + self.terms.grace_seconds
            and (client.lost_at is None or now < client.lost_at + self.terms.grace_seconds)
        )

    def may_mark(self, user_id: UserId) -> bool:
        """Whether the event lets them; where it was deleted, nobody."""
        event = self.event_as_it_is()
        if event is None:
            return False
        return event.who_marks is WhoMarks.EVERYBODY or user_id in self.organisers

    def standing_marks(self) -> Marks:
        return {
            (each.user_id, each.state.marker)
            for each in self.places().values()
            if isinstance(each.state, Marked)
        }

    def places(self) -> dict[UserId, Place]:
        return {
            each.user_id: each
            for each in drive(
                self.store.observe(lambda unit: unit.places.of(self.event_id, self.people))
            )
        }

    def ledger(self) -> list[Entry]:
        """Itself, the earliest first."""

        def look(unit: Any) -> list[Entry]:
            return [line.entry for line in unit.ledger.of(self.event_id, None, ListQuery())]

        return drive(self.store.observe(look))[::-1]

    def can_be_marked(self, client: Client) -> set[UserId]:
        """What a marker's client should list: who waits, and whom it was told it holds."""
        places = self.places().values()
        return {
            each.user_id
            for each in places
            if each.user_id != client.user_id
            and (
                isinstance(each.state, Waiting)
                or (
                    isinstance(each.state, Held)
                    and each.state.marker == client.user_id
                    and each.user_id in client.held
                )
            )
        }

    def is_right(self, told: YourPosition | None, user_id: UserId) -> bool:
        """Whether one who waits was told their place as it is."""
        listed = sorted(
            (place.state.since, place.user_id)
            for place in self.places().values()
            if isinstance(place.state, Waiting | Held)
        )
        order = [each for _, each in listed]
        if user_id not in order:
            return True
        if told is None:
            return False
        markers = [
            each
            for each in self.all_clients
            if each.connection.role is Role.MARKING and not each.ended and each.user_id != user_id
        ]
        surely = {each.user_id for each in markers if self.keeps_its_place(each)}
        perhaps = {each.user_id for each in markers}
        return ((told.position, told.waiting) == (order.index(user_id) + 1, len(order))) and len(
            surely
        ) <= told.markers <= len(perhaps)

    def event_as_it_is(self) -> Event | None:
        """None where it was deleted."""
        events = drive(self.store.observe(lambda unit: unit.events.search(None)))
        return events[0] if events else None
