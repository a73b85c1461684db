"""What the core needs of the outside world; the docstrings are the contract it is tested by.

A use case stands on `Transact`: it hands over a plain function, which reads and writes through
the stores of a `Unit` and is run whole or not at all. It may be run again when it lost a race,
so it does nothing but read, ask rules, write and announce.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar
from uuid import UUID

from attendance_core.vocabulary import (
    ConnectionId,
    EventId,
    FileKey,
    Instant,
    ProcessId,
    SessionId,
    UserId,
)

if TYPE_CHECKING:
    from attendance_core.accounts import Account, Session
    from attendance_core.announcements import Announcement
    from attendance_core.connections import Connection, Process
    from attendance_core.events import Attended, Event, Participant
    from attendance_core.friends import Friend, Friendship
    from attendance_core.places import Mark, Place
    from attendance_core.profiles import ConfirmationScan, Profile

T = TypeVar("T")


class Transact(Protocol):
    """Runs work whole, alone, and durably before it answers."""

    async def __call__(self, work: Callable[[Unit], T]) -> T:
        """What ``work`` returned, after COMMIT; its announcements go out then, too.

        Whatever ``work`` raises is raised here, and nothing of it is kept. It is carried out
        even when the caller is cancelled meanwhile. Raises Unavailable when the store fails:
        then nobody knows whether it was done.
        """
        ...


class Observe(Protocol):
    """Runs a look that only reads, at one moment of the committed truth."""

    async def __call__(self, look: Callable[[Unit], T]) -> T:
        """What ``look`` returned. Raises Unavailable."""
        ...


class Accounts(Protocol):
    """People as they log in. Creating one gives a person their id."""

    def add(self, username: str, password_hash: str, at: Instant) -> UserId:
        """A new id, larger than every earlier one. Raises UsernameTaken, ignoring case."""
        ...

    def find(self, username: str) -> Account | None:
        """By user name, ignoring case."""
        ...


class Sessions(Protocol):
    """Credentials that were given out, by the hash of their secret."""

    def add(self, session: Session) -> None: ...

    def find(self, session_id: SessionId) -> Session | None: ...

    def lock(self, session_id: SessionId) -> Session | None:
        """As find; nobody removes it until the transaction ends."""
        ...

    def used(self, session_id: SessionId, at: Instant) -> None:
        """Notes its latest use."""
        ...

    def remove(self, session_id: SessionId) -> None:
        """Idempotent."""
        ...

    def remove_expired(self, user_id: UserId, used_by: Instant) -> None:
        """Forgets those of this person that were used last at ``used_by`` or before."""
        ...


class Profiles(Protocol):
    """What people show of themselves."""

    def add(self, profile: Profile) -> None: ...

    def get(self, user_id: UserId) -> Profile:
        """Raises PersonNotFound."""
        ...

    def lock(self, user_id: UserId) -> Profile:
        """As get; nobody else changes it until the transaction ends."""
        ...

    def put(self, profile: Profile) -> None:
        """Replaces the profile of a person who has one."""
        ...

    def search(self, part: str, limit: int, offset: int) -> Sequence[Profile]:
        """Those whose display name has the part in it, folded; by display name, then id."""
        ...


class Scans(Protocol):
    """Scans of student records: at most one a person."""

    def find(self, user_id: UserId) -> ConfirmationScan | None: ...

    def lock(self, user_id: UserId) -> ConfirmationScan | None:
        """As find; nobody else changes it until the transaction ends."""
        ...

    def put(self, scan: ConfirmationScan) -> None:
        """Adds it, or replaces the person's earlier one."""
        ...

    def pending(self) -> Sequence[ConfirmationScan]:
        """Those nobody has judged yet, oldest first."""
        ...


class Friendships(Protocol):
    """One row for a pair of people, whoever asked."""

    def find(self, one: UserId, other: UserId) -> Friendship | None:
        """In either order; locked until the transaction ends."""
        ...

    def add(self, friendship: Friendship) -> None:
        """Of a pair that has none. Raises PersonNotFound."""
        ...

    def put(self, friendship: Friendship) -> None:
        """Replaces that of a pair that has one."""
        ...

    def remove(self, one: UserId, other: UserId) -> None:
        """In either order; idempotent."""
        ...

    def friends_of(self, user_id: UserId) -> Sequence[Friend]:
        """Friends, and those this person has asked (pending); by display name, then id."""
        ...

    def requests_to(self, user_id: UserId) -> Sequence[UserId]:
        """Who has asked this person and waits for an answer, oldest first, then by id."""
        ...


class Events(Protocol):
    """Gatherings. Lists are ordered by start, then folded name, then id."""

    def add(self, event: Event) -> None:
        """Raises EventNameTaken, ignoring case."""
        ...

    def get(self, event_id: EventId) -> Event:
        """Raises EventNotFound."""
        ...

    def lock(self, event_id: EventId) -> Event:
        """As get; nobody else changes or uses it until the transaction ends."""
        ...

    def remove(self, event_id: EventId) -> None:
        """With its places and connections. Raises SomebodyWasMarked where it has marks."""
        ...

    def search(self, part: str | None, limit: int | None, offset: int) -> Sequence[Event]:
        """Those whose name has the part in it, folded; all without a part."""
        ...

    def created_by(self, user_id: UserId, limit: int | None, offset: int) -> Sequence[Event]: ...

    def joined_by(self, user_id: UserId, limit: int | None, offset: int) -> Sequence[Event]:
        """Those this person is in now."""
        ...

    def attended_by(self, user_id: UserId, limit: int | None, offset: int) -> Sequence[Attended]:
        """Those this person is in or was marked at; latest start first, then name, then id."""
        ...


class Places(Protocol):
    """One person in one event."""

    def enter(self, event_id: EventId, user_id: UserId) -> None:
        """Makes the row of one who never was there (no member yet). Raises EventNotFound."""
        ...

    def lock(
        self, event_id: EventId, user_ids: Sequence[UserId], holder: UserId | None = None
    ) -> Mapping[UserId, Place]:
        """The places of these people and of the one ``holder`` holds, those that exist.

        Locked in the order of user id until the transaction ends.
        """
        ...

    def put(self, place: Place) -> None:
        """Replaces the row (a mark itself is kept by Marks). Raises Taken when it would be the
        second that one person holds in the event.
        """
        ...

    def listed(self, event_id: EventId) -> Sequence[Place]:
        """Those who wait or are held, in no particular order."""
        ...

    def of(self, event_id: EventId, user_ids: Sequence[UserId]) -> Sequence[Place]:
        """The places of these people, those that exist; not locked."""
        ...

    def participants(self, event_id: EventId) -> Sequence[Participant]:
        """Members and the marked, by display name, then id."""
        ...

    def lapsed(self, now: Instant, most: int) -> Sequence[tuple[EventId, UserId]]:
        """People whose hold has run out by now, earliest first."""
        ...


class Marks(Protocol):
    """The ledger: marks are added and never change."""

    def add(self, mark: Mark) -> None:
        """Raises AlreadyMarked where the person has a mark in the event."""
        ...

    def karma(self, user_id: UserId) -> int:
        """What the marks this person made add up to."""
        ...


class Connections(Protocol):
    """Open and lately lost sockets, each with what is known of its process."""

    def add(self, connection: Connection) -> None: ...

    def find(self, connection_id: ConnectionId) -> Connection | None: ...

    def of(self, event_id: EventId, user_id: UserId) -> Sequence[Connection]:
        """All of one person in one event."""
        ...

    def of_session(self, session_id: SessionId) -> Sequence[Connection]:
        """All that were opened with this session, in whatever event."""
        ...

    def lose(self, connection_id: ConnectionId, at: Instant) -> None:
        """Notes when it was lost; idempotent, the first instant stays."""
        ...

    def remove(self, connection_ids: Sequence[ConnectionId]) -> None:
        """Idempotent."""
        ...

    def here(self, event_id: EventId, process_id: ProcessId) -> Sequence[ConnectionId]:
        """Those of one process in one event, lost ones too."""
        ...

    def lapsed(
        self, lost_by: Instant, renewed_by: Instant | None, most: int
    ) -> Sequence[Connection]:
        """Those lost at ``lost_by`` or before, and, where given, those not lost themselves
        whose process renewed its lease last at ``renewed_by`` or before.
        """
        ...


class Processes(Protocol):
    """The leases of processes."""

    def find(self, process_id: ProcessId) -> Process | None: ...

    def put(self, process: Process) -> None:
        """Adds or replaces."""
        ...

    def remove_idle(self, renewed_by: Instant) -> None:
        """Forgets those that renewed last at ``renewed_by`` or before and have no connection."""
        ...


class Unit(Protocol):
    """One transaction."""

    @property
    def accounts(self) -> Accounts: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def profiles(self) -> Profiles: ...
    @property
    def scans(self) -> Scans: ...
    @property
    def friendships(self) -> Friendships: ...
    @property
    def events(self) -> Events: ...
    @property
    def places(self) -> Places: ...
    @property
    def marks(self) -> Marks: ...
    @property
    def connections(self) -> Connections: ...
    @property
    def processes(self) -> Processes: ...

    def now(self) -> Instant:
        """The transaction's clock; read after the locks are held."""
        ...

    def announce(self, announcement: Announcement) -> None:
        """To be told to everybody once this is committed, and never otherwise."""
        ...


@dataclass(frozen=True, slots=True)
class Missed:
    """A notifier's word that it may have lost announcements: read again."""


Listener = Callable[["Announcement | Missed"], None]


class Notifier(Protocol):
    """Carries announcements to whoever listens to their event, in every process.

    It may lose, double or reorder them.
    """

    def publish(self, announcement: Announcement) -> None:
        """Never waits and never raises."""
        ...

    async def subscribe(self, event_id: EventId, listener: Listener) -> Callable[[], None]:
        """From its return on the listener is called, in the event loop; the answer ends that."""
        ...


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made of fresh pixels, with nothing in it of the file it came from."""

    content: bytes
    media_type: str
    extension: str


class NoSuchFile(KeyError):
    """No file is kept under this key."""


class Pictures(Protocol):
    """Makes safe pictures of what people upload."""

    async def clean(self, data: bytes, *, max_side: int | None) -> Picture:
        """Fresh pixels, at most ``max_side`` wide and high. Raises BadPicture, PictureTooLarge."""
        ...


class Files(Protocol):
    """Keeps what is too large for the store."""

    async def put(self, key: str, content: bytes, media_type: str) -> None: ...

    async def get(self, key: str) -> tuple[bytes, str]:
        """The content and its media type. Raises NoSuchFile."""
        ...

    async def delete(self, key: str) -> None:
        """Idempotent."""
        ...


class Passwords(Protocol):
    """Slow on purpose, and never in the way of anybody else."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, hashed: str | None, password: str) -> bool:
        """As slow for an account that does not exist (None) as for one that does."""
        ...

    def is_common(self, password: str) -> bool:
        """Whether everybody tries it first."""
        ...


class Clock(Protocol):
    """The time of day."""

    def now(self) -> Instant: ...


class Ids(Protocol):
    """Chance: ids and secrets that cannot be guessed."""

    def event_id(self) -> UUID: ...
    def connection_id(self) -> UUID: ...
    def process_id(self) -> UUID: ...
    def token(self) -> str:
        """256 bits, safe in a cookie and a URL."""
        ...

    def file_key(self, extension: str) -> FileKey: ...


Step = Callable[[], Awaitable[None]]


class Together(Protocol):
    """Carries out steps that do not depend on each other."""

    async def __call__(self, steps: Sequence[Step]) -> None:
        """All of them, at once or one after another, whatever one of them raises.

        Raises afterwards what the first that failed raised.
        """
        ...


async def one_after_another(steps: Sequence[Step]) -> None:
    """The plainest `Together`: it suspends only where a step does."""
    failures: list[Exception] = []
    for step in steps:
        try:
            await step()
        except Exception as error:
            failures.append(error)
    if failures:
        raise failures[0]
