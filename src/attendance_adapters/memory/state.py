"""The tables, as dicts of frozen values: a shallow copy is a snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from attendance_core.accounts import Account, Session
from attendance_core.events import Event
from attendance_core.friends import Friendship
from attendance_core.limits import Tally
from attendance_core.marking.connections import Connection, Process
from attendance_core.marking.places import Mark, Marked, Place
from attendance_core.profiles import ConfirmationScan, Profile
from attendance_core.vocabulary import (
    ConnectionId,
    EventId,
    Instant,
    ProcessId,
    SessionId,
    TallyKey,
    UserId,
)

Seat = tuple[EventId, UserId]
Pair = tuple[UserId, UserId]


@dataclass(slots=True)
class State:
    """Everything that is kept."""

    accounts: dict[str, Account] = field(default_factory=dict)  # by folded user name
    sessions: dict[SessionId, Session] = field(default_factory=dict)
    profiles: dict[UserId, Profile] = field(default_factory=dict)
    scans: dict[UserId, ConfirmationScan] = field(default_factory=dict)
    friendships: dict[Pair, Friendship] = field(default_factory=dict)  # the smaller id first
    events: dict[EventId, Event] = field(default_factory=dict)
    event_names: dict[str, EventId] = field(default_factory=dict)  # by folded name
    places: dict[Seat, Place] = field(default_factory=dict)
    marks: dict[Seat, Mark] = field(default_factory=dict)
    connections: dict[ConnectionId, Connection] = field(default_factory=dict)
    processes: dict[ProcessId, Process] = field(default_factory=dict)
    tallies: dict[TallyKey, tuple[Tally, Instant]] = field(default_factory=dict)  # lapses at

    def copy(self) -> State:
        """A state to change, sharing its values with this one."""
        return State(**{each.name: dict(getattr(self, each.name)) for each in fields(self)})

    def marked(self, seat: Seat) -> Marked | None:
        """What the ledger says of a place."""
        mark = self.marks.get(seat)
        return None if mark is None else Marked(mark.marker_id, mark.at, mark.points)
