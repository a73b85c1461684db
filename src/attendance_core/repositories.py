"""What a unit of work keeps, kind by kind; the docstrings are the contract it is tested by.

All of it is of one transaction: a `ports.Unit` has one of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import (
    BrowserId,
    ConnectionId,
    EventId,
    Instant,
    ProcessId,
    SessionId,
    TallyKey,
    UserId,
)

if TYPE_CHECKING:
    from attendance_core.accounts import Account, Session
    from attendance_core.attendance import Attended, Participant
    from attendance_core.browsers import KnownBrowser
    from attendance_core.events import Event, When
    from attendance_core.friends import Friend, Friendship
    from attendance_core.limits import Tally
    from attendance_core.marking.connections import Connection, Process
    from attendance_core.marking.places import Mark, Place
    from attendance_core.profiles import ConfirmationScan, Profile, ProfileSummary


class Accounts(Protocol):
    """Keeps people as they log in. Adding one gives a person their id."""

    def add(self, username: str, password_hash: str, at: Instant) -> UserId:
        """Gives a new id, larger than every earlier one. Raises UsernameTaken, ignoring case."""
        ...

    def find(self, username: str) -> Account | None:
        """Finds by user name, ignoring case."""
        ...


class Sessions(Protocol):
    """Keeps credentials that were given out, by the hash of their secret."""

    def add(self, session: Session) -> None: ...

    def find(self, session_id: SessionId) -> Session | None: ...

    def lock(self, session_id: SessionId) -> Session | None:
        """Finds it; nobody removes it until the transaction ends."""
        ...

    def note_use(self, session_id: SessionId, at: Instant) -> None:
        """Notes its latest use."""
        ...

    def remove(self, session_id: SessionId) -> None:
        """Removes what there is; does nothing where there is none."""
        ...

    def remove_expired(self, user_id: UserId, used_by: Instant) -> None:
        """Forgets those of this person that were used last at ``used_by`` or before."""
        ...


class KnownBrowsers(Protocol):
    """Keeps browsers that were logged in to an account before, by the hash of their secret."""

    def of(self, user_id: UserId) -> Sequence[KnownBrowser]:
        """Lists all that this person's account knows, the one that was used last first."""
        ...

    def put(self, browser: KnownBrowser) -> None:
        """Adds it, or replaces what is known of it."""
        ...

    def remove(self, user_id: UserId, browser_ids: Sequence[BrowserId]) -> None:
        """Forgets those that there are."""
        ...


class Profiles(Protocol):
    """Keeps what people show of themselves."""

    def add(self, profile: Profile) -> None: ...

    def get(self, user_id: UserId) -> Profile:
        """Reads the profile of a person. Raises PersonNotFound."""
        ...

    def lock(self, user_id: UserId) -> Profile:
        """Gets it; nobody else changes it until the transaction ends."""
        ...

    def put(self, profile: Profile) -> None:
        """Replaces the profile of a person who has one."""
        ...

    def search(self, part: str, limit: int, offset: int) -> Sequence[Profile]:
        """Finds those whose display name has each word of the folded part; by name, then id."""
        ...

    def summaries(self, user_ids: Sequence[UserId]) -> Sequence[ProfileSummary]:
        """Reads those who exist, with their tick, in no particular order; one query."""
        ...


class Scans(Protocol):
    """Keeps scans of student records: at most one a person."""

    def find(self, user_id: UserId) -> ConfirmationScan | None: ...

    def lock(self, user_id: UserId) -> ConfirmationScan | None:
        """Finds it; nobody else changes it until the transaction ends."""
        ...

    def put(self, scan: ConfirmationScan) -> None:
        """Adds it, or replaces the person's earlier one."""
        ...

    def pending(self) -> Sequence[ConfirmationScan]:
        """Lists those nobody has judged yet, oldest first."""
        ...


class Friendships(Protocol):
    """Keeps one row for a pair of people, whoever asked."""

    def lock(self, one: UserId, other: UserId) -> Friendship | None:
        """Finds it, in either order; nobody else changes it until the transaction ends."""
        ...

    def add(self, friendship: Friendship) -> None:
        """Adds that of a pair that has none. Raises PersonNotFound."""
        ...

    def put(self, friendship: Friendship) -> None:
        """Replaces that of a pair that has one."""
        ...

    def remove(self, one: UserId, other: UserId) -> None:
        """Removes it, in either order; does nothing where there is none."""
        ...

    def friends_of(self, user_id: UserId) -> Sequence[Friend]:
        """Lists friends, and those this person has asked (pending); by display name, then id."""
        ...

    def requests_to(
        self, user_id: UserId, limit: int | None = None, offset: int = 0
    ) -> Sequence[UserId]:
        """Lists who has asked this person and waits for an answer, oldest first, then by id."""
        ...


class Events(Protocol):
    """Keeps gatherings. Lists are ordered by start, the earliest first, then folded name, then id.

    ``when`` says which of them, where not all, and whether the latest start comes first; ``after``
    names the event behind which a list goes on, and then nothing is passed over.
    """

    def add(self, event: Event) -> None:
        """Adds it. Raises EventNameTaken, ignoring case."""
        ...

    def get(self, event_id: EventId) -> Event:
        """Reads it. Raises EventNotFound."""
        ...

    def lock(self, event_id: EventId) -> Event:
        """Gets it; nobody else changes or uses it until the transaction ends."""
        ...

    def remove(self, event_id: EventId) -> None:
        """Removes it, its places and connections. Raises SomebodyWasMarked where it has marks."""
        ...

    def search(
        self,
        part: str | None,
        limit: int | None,
        offset: int,
        when: When = ...,
        after: Event | None = None,
    ) -> Sequence[Event]:
        """Finds those whose name has each word of the folded part in it; all without a part."""
        ...

    def created_by(
        self,
        user_id: UserId,
        limit: int | None,
        offset: int,
        when: When = ...,
        after: Event | None = None,
    ) -> Sequence[Event]: ...

    def count_not_over(self, user_id: UserId, now: Instant, limit: int) -> int:
        """Counts those this person created that end after now, up to ``limit``."""
        ...

    def joined_by(
        self,
        user_id: UserId,
        limit: int | None,
        offset: int,
        when: When = ...,
        after: Event | None = None,
    ) -> Sequence[Event]:
        """Lists those this person is in now."""
        ...

    def attended_by(self, user_id: UserId, limit: int | None, offset: int) -> Sequence[Attended]:
        """Lists those they are in or were marked at; latest start first, then name, then id."""
        ...


class Places(Protocol):
    """Keeps one person in one event."""

    def make(self, event_id: EventId, user_id: UserId) -> None:
        """Makes the row of one who never was there (no member yet); none of nobody.

        Raises EventNotFound.
        """
        ...

    def lock(
        self, event_id: EventId, user_ids: Sequence[UserId], marker: UserId | None = None
    ) -> Mapping[UserId, Place]:
        """Locks the places of these people and of the one ``marker`` holds, those that exist.

        In the order of user id, until the transaction ends.
        """
        ...

    def put(self, place: Place) -> None:
        """Replaces the row (a mark itself is kept by Marks). Raises Taken when it would be the
        second that one person holds in the event.
        """
        ...

    def listed(self, event_id: EventId) -> Sequence[Place]:
        """Lists those who wait or are held, in no particular order."""
        ...

    def of(self, event_id: EventId, user_ids: Sequence[UserId]) -> Sequence[Place]:
        """Reads the places of these people, those that exist; does not lock them."""
        ...

    def participants(self, event_id: EventId) -> Sequence[Participant]:
        """Lists members and the marked, by display name, then id."""
        ...

    def others_joined(self, event_id: EventId, user_id: UserId) -> bool:
        """Tells whether anybody but this person is in the event, or was and has left."""
        ...

    def lapsed(self, now: Instant, limit: int) -> Sequence[tuple[EventId, UserId]]:
        """Lists people whose hold has run out by now, earliest first."""
        ...


class Marks(Protocol):
    """Keeps the ledger: marks are added and never change."""

    def add(self, mark: Mark) -> None:
        """Adds it. Raises AlreadyMarked where the person has a mark in the event."""
        ...

    def karma(self, user_id: UserId) -> int:
        """Adds up what the marks this person made are worth."""
        ...


class Connections(Protocol):
    """Keeps open and lately lost sockets, each with what is known of its process."""

    def add(self, connection: Connection) -> None: ...

    def find(self, connection_id: ConnectionId) -> Connection | None: ...

    def of(
        self, event_id: EventId, user_id: UserId, limit: int | None = None
    ) -> Sequence[Connection]:
        """Lists those of one person in one event.

        With a limit open ones first, then those that were lost last.
        """
        ...

    def of_session(self, session_id: SessionId) -> Sequence[Connection]:
        """Lists all that were opened with this session, in whatever event."""
        ...

    def lose(self, connection_ids: Sequence[ConnectionId], at: Instant) -> None:
        """Notes when they were lost; idempotent, the first instant stays."""
        ...

    def remove(self, connection_ids: Sequence[ConnectionId]) -> None:
        """Removes what there is; does nothing where there is none."""
        ...

    def of_process(self, event_id: EventId, process_id: ProcessId) -> Sequence[ConnectionId]:
        """Lists those of one process in one event, lost ones too."""
        ...

    def lapsed(
        self, lost_by: Instant, renewed_by: Instant | None, limit: int
    ) -> Sequence[Connection]:
        """Lists those lost at ``lost_by`` or before, and, where given, those not lost themselves
        whose process renewed its lease last at ``renewed_by`` or before.
        """
        ...


class Processes(Protocol):
    """Keeps the leases of processes."""

    def find(self, process_id: ProcessId) -> Process | None: ...

    def put(self, process: Process) -> None:
        """Adds or replaces."""
        ...

    def remove_idle(self, renewed_by: Instant) -> None:
        """Forgets those that renewed last at ``renewed_by`` or before and have no connection."""
        ...


class Tallies(Protocol):
    """Keeps what counts against whom of what is limited."""

    def lock(self, key: TallyKey) -> Tally:
        """Finds it, an empty one where there is none; nobody else sees or changes it until the
        transaction ends.
        """
        ...

    def put(self, tally: Tally, lapses_at: Instant) -> None:
        """Replaces one that is locked; from ``lapses_at`` on nothing of it counts."""
        ...

    def remove_lapsed(self, now: Instant) -> None:
        """Forgets those that lapse at ``now`` or before."""
        ...


class Installation(Protocol):
    """What a database knows of itself."""

    def database_id(self, new: str) -> str:
        """Its id, the same for ever; ``new`` where it has none yet."""
        ...
