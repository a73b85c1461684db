"""The tables, as dicts of frozen values: a shallow copy is a snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from attendance_core.accounts import Account, Session
from attendance_core.attendance import LedgerLine
from attendance_core.bearer_tokens import Token
from attendance_core.browsers import KnownBrowser
from attendance_core.events import Event
from attendance_core.friends import Friendship
from attendance_core.identities import Identity, Link, LinkRequest
from attendance_core.limits import Tally
from attendance_core.marking.connections import Connection, Process
from attendance_core.marking.ledger import NO_NOTES, Entry, EntryNotes
from attendance_core.marking.places import Marked, Place, PlaceKey
from attendance_core.profiles import AuditEntry, ConfirmationScan, Profile
from attendance_core.recovery import RecoveryCode, ResetLink
from attendance_core.vocabulary import (
    BoardId,
    BrowserId,
    ConnectionId,
    EventCode,
    EventId,
    FileKey,
    Instant,
    ProcessId,
    ScanId,
    SessionId,
    TallyKey,
    TokenId,
    UserId,
)


class EntryKey(NamedTuple):
    """Finds an entry of the ledger of one person in one event."""

    event_id: EventId
    user_id: UserId
    n: int


class BrowserKey(NamedTuple):
    """Finds what one account knows of one browser."""

    user_id: UserId
    browser_id: BrowserId


class RecoveryCodeKey(NamedTuple):
    """Finds a recovery code of one person."""

    user_id: UserId
    selector: str


class FriendPair(NamedTuple):
    """Finds the friendship of two people, in whatever order they are given."""

    low_id: UserId
    high_id: UserId

    @classmethod
    def of(cls, one: UserId, other: UserId) -> FriendPair:
        """Puts the smaller id first."""
        return cls(min(one, other), max(one, other))


class TallyRow(NamedTuple):
    """Holds a tally, and from when on nothing of it counts."""

    tally: Tally
    lapses_at: Instant


@dataclass(slots=True)
class Tables:
    """Holds all tables."""

    accounts: dict[UserId, Account] = field(default_factory=dict)
    signed_up: dict[UserId, Instant] = field(default_factory=dict)  # when they were added
    usernames: dict[str, UserId] = field(default_factory=dict)  # by the folded name
    sessions: dict[SessionId, Session] = field(default_factory=dict)
    tokens: dict[TokenId, Token] = field(default_factory=dict)
    known_browsers: dict[BrowserKey, KnownBrowser] = field(default_factory=dict)
    recovery_codes: dict[RecoveryCodeKey, RecoveryCode] = field(default_factory=dict)
    reset_links: dict[UserId, ResetLink] = field(default_factory=dict)
    links: dict[Identity, Link] = field(default_factory=dict)
    link_requests: dict[UserId, LinkRequest] = field(default_factory=dict)
    profiles: dict[UserId, Profile] = field(default_factory=dict)
    scans: dict[UserId, ConfirmationScan] = field(default_factory=dict)
    scan_owners: dict[ScanId, UserId] = field(default_factory=dict)
    discarded_scans: dict[FileKey, UserId] = field(default_factory=dict)  # and whose they were
    moderators: dict[UserId, Instant] = field(default_factory=dict)  # when they were added
    audit_log: dict[int, AuditEntry] = field(default_factory=dict)  # by number
    first_ticks: dict[UserId, Instant] = field(default_factory=dict)  # when they were given
    friendships: dict[FriendPair, Friendship] = field(default_factory=dict)
    events: dict[EventId, Event] = field(default_factory=dict)
    event_names: dict[str, EventId] = field(default_factory=dict)  # by folded name
    event_codes: dict[EventCode, EventId] = field(default_factory=dict)
    helpers: dict[PlaceKey, Instant] = field(default_factory=dict)  # when they were added
    boards: dict[EventId, BoardId] = field(default_factory=dict)  # the one its link opens
    places: dict[PlaceKey, Place] = field(default_factory=dict)
    ledger: dict[EntryKey, Entry] = field(default_factory=dict)
    ledger_notes: dict[EntryKey, EntryNotes] = field(default_factory=dict)
    # The places of entries by them, or of them
    places_of_entries: dict[UserId, tuple[PlaceKey, ...]] = field(default_factory=dict)
    connections: dict[ConnectionId, Connection] = field(default_factory=dict)
    processes: dict[ProcessId, Process] = field(default_factory=dict)
    tallies: dict[TallyKey, TallyRow] = field(default_factory=dict)
    installation: dict[str, str] = field(default_factory=dict)  # one value, by its name

    def copy(self) -> Tables:
        """Makes tables that can be changed; they share their values with these."""
        return Tables(*map(dict, _every_table(self)))

    def read_only(self) -> Tables:
        """Makes a view of these tables, without a copy, which raises TypeError on every write.

        Stores write by assigning to an item and by `del` alone, so that all are refused alike.
        """
        views: Any = map(MappingProxyType, _every_table(self))
        return Tables(*views)

    def notes_of(self, key: EntryKey) -> EntryNotes:
        """Reads what stands beside an entry, and what its person is called now."""
        notes = self.ledger_notes.get(key, NO_NOTES)
        return replace(notes, display_name=self.profiles[key.user_id].display_name)

    def last_line_of(self, place: Place) -> LedgerLine | None:
        """Reads the last entry of a place, and its notes; None where it has none."""
        key = EntryKey(place.event_id, place.user_id, place.last_n)
        entry = self.ledger.get(key)
        return None if entry is None else LedgerLine(entry, self.notes_of(key))

    def mark_of(self, place: Place) -> Marked | None:
        """Reads the standing mark of a place from the ledger; None where it has none."""
        entry = self.ledger.get(EntryKey(place.event_id, place.user_id, place.last_n))
        if entry is None or entry.origin is None:
            return None
        return Marked(entry.actor_id, entry.at, entry.n, entry.origin)


TABLE_NAMES = tuple(table.name for table in fields(Tables))
_every_table = attrgetter(*TABLE_NAMES)
