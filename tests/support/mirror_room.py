"""A mirror with what each of its sockets was sent."""

from __future__ import annotations

from collections.abc import Set
from uuid import UUID

from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.frames import Delivery, EventUpdated, Frame
from attendance_core.marking.mirror import Mirror
from attendance_core.marking.outcomes import AskerOpened, MarkerOpened, Outcome
from attendance_core.marking.places import Held, Place, State
from attendance_core.marking.readings import Reading
from attendance_core.vocabulary import ConnectionId, EventId, ProcessId, SessionId, UserId

EVENT = EventId(UUID(int=1))
ENDS_AT = 10_000.0
AT = 100.0
PAID = 50
BOB, MIA, MAX = UserId(2), UserId(3), UserId(4)  # Bob waits; Mia and Max mark
BY_MIA = Held(since=10, marker=MIA, until=AT + 90)


def place(user_id: UserId, version: int, state: State) -> Place:
    return Place(EVENT, user_id, True, state, version)


class Room:
    """One event's sockets in one process, by hand."""

    def __init__(self) -> None:
        self.mirror = Mirror()
        self.sent: dict[ConnectionId, list[Frame]] = {}
        self.deliveries: list[Delivery] = []
        self.opened_count = 0

    def connection(self, user_id: UserId, role: Role) -> Connection:
        self.opened_count += 1
        cid = ConnectionId(UUID(int=self.opened_count))
        self.sent[cid] = []
        return Connection(
            cid, EVENT, user_id, role, ProcessId(UUID(int=9)), SessionId(f"of {user_id}")
        )

    def deliver(self, deliveries: list[Delivery]) -> None:
        self.deliveries = deliveries
        for delivery in deliveries:
            for cid in delivery.connection_ids:
                self.sent[cid].append(delivery.frame)

    def adds_marker(
        self, user_id: UserId, holding: Place | None = None, *, hears_news: bool = False
    ) -> ConnectionId:
        connection = self.connection(user_id, Role.MARKING)
        ready = MarkerOpened(holding, AT)
        self.deliver(self.mirror.add_marker(connection, ready, hears_news=hears_news))
        return connection.connection_id

    def adds_asker(self, mine: Place, *, hears_news: bool = False, at: float = AT) -> ConnectionId:
        connection = self.connection(mine.user_id, Role.MARK_ME)
        asked = AskerOpened(mine, at)
        self.deliver(self.mirror.add_asker(connection, asked, hears_news=hears_news))
        return connection.connection_id

    def told(self, mine: Place, commanded_by: ConnectionId | None = None) -> None:
        self.deliver(self.mirror.apply_announcement(PlaceChanged(mine, AT, commanded_by, PAID)))

    def answered(
        self,
        cid: ConnectionId,
        mine: Place,
        *,
        changed: bool = True,
        ended: tuple[Place, ...] = (),
    ) -> None:
        self.deliver(
            self.mirror.command_ended(cid, Outcome(mine, AT, changed, ended, PAID * changed))
        )

    def reads(
        self,
        *listed: Place,
        watched: tuple[Place, ...] = (),
        at: float = AT,
        markers: Set[UserId] = frozenset(),
        event: EventUpdated | None = None,
    ) -> None:
        heard_count_before = self.mirror.begin_reading()
        self.applies(
            heard_count_before, *listed, watched=watched, at=at, markers=markers, event=event
        )

    def applies(
        self,
        heard_count_before: int,
        *listed: Place,
        watched: tuple[Place, ...] = (),
        at: float = AT,
        markers: Set[UserId] = frozenset(),
        event: EventUpdated | None = None,
    ) -> None:
        here = frozenset(self.sent)
        reading = Reading(ENDS_AT, at, listed, watched, here, frozenset(markers), event)
        self.deliver(self.mirror.apply_reading(heard_count_before, reading))

    def reads_marks(self, *found: Place) -> None:
        """Has those who are said to be marked read, and found like this."""
        assert self.mirror.owes_marks
        assert self.mirror.begin_reading_marks() == sorted(each.user_id for each in found)
        self.deliver(self.mirror.apply_marks(found))

    def forget_sent(self) -> None:
        """Forgets what was sent so far."""
        self.sent = {cid: [] for cid in self.sent}

    def frames(self, cid: ConnectionId) -> list[Frame]:
        """Takes what it was sent since one asked last."""
        frames, self.sent[cid] = self.sent[cid], []
        return frames
