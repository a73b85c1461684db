"""Sockets of a lecture served by several processes: every step of theirs may be put off.

What a process does in several steps is a generator: between its steps anything else may happen.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

from attendance_core.accounts import CredentialKind, Session
from attendance_core.errors import LeaseLost, Refusal
from attendance_core.marking.announcements import Announcement
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.endings import Ending, FindEnding
from attendance_core.marking.frames import Closing, Delivery, LetGo, WasMarked, YourPosition
from attendance_core.marking.mirror import Mirror
from attendance_core.marking.place_readings import ReadPlaces
from attendance_core.marking.places import Marked, Place
from attendance_core.testing.machine.client import Client, Command
from attendance_core.testing.machine.driving import drive
from attendance_core.testing.machine.played_process import (
    ENDS_THE_SOCKET,
    InboxNotifier,
    PlayedProcess,
    StandingMark,
    Steps,
)
from attendance_core.testing.machine.world import MakeStore, World
from attendance_core.vocabulary import ConnectionId, Instant, ProcessId, SessionId, UserId


class Sockets(World):
    """People with two sessions each, one event, and what their sockets go through, step by step."""

    def __init__(self, make_store: MakeStore, person_count: int) -> None:
        notifier = InboxNotifier()
        super().__init__(make_store, person_count, notifier=notifier)
        self.processes = notifier.processes
        self.all_clients: list[Client] = []
        self.renewed: dict[ProcessId, Instant] = {}
        self.sessions = {(user, n): self.logs_in(user) for user in self.people for n in (0, 1)}

    def opens(
        self, process: PlayedProcess, user_id: UserId, session: SessionId, role: Role
    ) -> Steps:
        if not process.has_read:
            yield from self.reads(process)
        connection_id = ConnectionId(self.ids.connection_id())
        connection = Connection(
            connection_id, self.event_id, user_id, role, process.process_id, session
        )
        client = Client(connection, hears_news=connection_id.int % 4 != 0)
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
        client.announced_count_at_opening = len(self.announcements)
        self.all_clients.append(client)
        yield
        while not process.has_read:  # a room is not closed while somebody is on their way in
            yield from self.reads(process)
        process.clients[connection_id] = client
        if role is Role.MARK_ME:
            news, now = client.hears_news, self.clock.now()
            told = process.mirror.add_asker(connection, asked, hears_news=news, now=now)
        else:
            told = process.mirror.add_marker(connection, ready, hears_news=client.hears_news)
        self._deliver(process, told)

    def _replaces(self, connection: Connection) -> None:
        """Ends those lost of the same person and role, or of a process that seems dead."""
        for other in self.all_clients:
            same = other.user_id == connection.user_id and other.connection.role is connection.role
            lease_ends_at = self.renewed[other.connection.process_id] + self.terms.lease_seconds
            if same and (other.lost_at is not None or lease_ends_at <= self.clock.now()):
                other.connection_ended = True

    def says(
        self, process: PlayedProcess, client: Client, name: str, user_id: UserId | None
    ) -> Steps:
        connection = client.connection
        connection_id = connection.connection_id
        process.mirror.command_began(connection_id)
        client.command, client.takes_commands = Command(name, user_id), False
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
            client.command, client.takes_commands = None, True
            self._deliver(process, process.mirror.command_failed(connection_id))
            if isinstance(no, ENDS_THE_SOCKET) and not client.closed:
                client.closed = True
                final = not isinstance(no, LeaseLost)
                process.under_way.append(self._hang_up(process, client, goodbye=final))
            return
        client.command.user_id = outcome.place.user_id
        yield
        client.takes_commands = True
        self._deliver(process, process.mirror.command_ended(connection_id, outcome))
        assert client.command is None or client.closed, "its command was not answered"

    def hangs_up(self, process: PlayedProcess, client: Client, goodbye: bool) -> Steps:
        client.closed = True
        return self._hang_up(process, client, goodbye)

    def _hang_up(self, process: PlayedProcess, client: Client, goodbye: bool) -> Steps:
        yield
        process.clients.pop(client.connection.connection_id, None)
        process.mirror.remove(client.connection)
        if process.mirror.is_empty:
            process.mirror, process.has_read = Mirror(), False
        yield
        drive(self.hang_up(connections=[client.connection], goodbye=goodbye))
        client.connection_ended = client.connection_ended or goodbye
        if client.lost_at is None:
            client.lost_at = self.clock.now()

    def reads(self, process: PlayedProcess) -> Steps:
        """Reads the room whole, unless it is quiet and a glance finds it as it was."""
        mirror = process.mirror
        missed = process.missed_count
        if mirror.glance is not None:
            yield
            seen = drive(
                self.glance_at_rooms(event_ids=[self.event_id], process_id=process.process_id)
            )
            yield
            if mirror is not process.mirror:
                return
            if mirror.glance is not None and seen.get(self.event_id) == mirror.glance:
                process.missed_count -= missed
                return
        heard_count_before, missed = mirror.begin_reading(), process.missed_count
        quiet = mirror.heard_nothing_since_reading
        yield
        reading = drive(
            self.read_room(
                event_id=self.event_id,
                process_id=process.process_id,
                watched=mirror.watched,
                with_glance=quiet,
            )
        )
        standing = self.standing_marks()
        yield
        if mirror is process.mirror:
            process.has_read = True
            process.missed_count -= missed
            self._deliver(process, mirror.apply_reading(heard_count_before, reading), standing)

    def _reads_marks(self, process: PlayedProcess) -> Steps:
        """Sees whether those who are said to be marked still are."""
        mirror = process.mirror
        user_ids = mirror.begin_reading_marks()
        yield
        look = ReadPlaces(self.store.observe)
        places = drive(look(event_id=self.event_id, user_ids=user_ids))
        standing = self.standing_marks()
        yield
        if mirror is process.mirror:
            self._deliver(process, mirror.apply_marks(places), standing)

    def hears(self, process: PlayedProcess, announcement: Announcement) -> None:
        self._deliver(process, process.mirror.apply_announcement(announcement))

    def loses(self, process: PlayedProcess, first: int, count: int) -> None:
        del process.inbox[first : first + count]
        process.missed_count += count

    def tells_positions(self, process: PlayedProcess) -> None:
        if process.mirror.owes_positions:
            self._deliver(process, process.mirror.tell_positions(self.clock.now()))

    def _deliver(
        self,
        process: PlayedProcess,
        deliveries: Sequence[Delivery],
        standing: Set[StandingMark] | None = None,
    ) -> None:
        """Sends it; ``standing`` are the marks that stood when what it tells was read."""
        if standing is None:
            standing = self.standing_marks()
        for delivery in deliveries:
            for connection_id in delivery.connection_ids:
                client = process.clients.get(connection_id)
                if client is None or client.closed:
                    continue
                if isinstance(delivery.frame, LetGo):
                    believed = process.mirror._known[client.user_id].state
                    assert not isinstance(believed, Marked), "let go by who has marked them"
                if isinstance(delivery.frame, WasMarked):
                    mark = StandingMark(client.user_id, delivery.frame.user_id)
                    assert mark in standing, "told of a mark that was annulled"
                client.takes(delivery.frame)
                if isinstance(delivery.frame, YourPosition):
                    assert self.clock.now() >= client.your_position_at + 3, "told twice within 3 s"
                    client.your_position_at = self.clock.now()
                if client.closed:
                    ending = None
                    if isinstance(delivery.frame, Closing):
                        ask = FindEnding(self.store.observe)
                        ending = delivery.frame.ending or drive(ask(connection=client.connection))
                    goodbye = ending is not Ending.FORGOTTEN
                    process.under_way.append(self._hang_up(process, client, goodbye))
        if process.mirror.owes_marks:
            process.under_way.append(self._reads_marks(process))

    def logs_in(self, user_id: UserId) -> SessionId:
        session_id, now = SessionId(self.ids.token()), self.clock.now()
        session = Session(session_id, user_id, CredentialKind.COOKIE, now, now)
        drive(self.store.transact(lambda unit: unit.sessions.add(session)))
        return session_id

    # The truth

    def standing_marks(self) -> Set[StandingMark]:
        return {
            StandingMark(each.user_id, each.state.marker)
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
