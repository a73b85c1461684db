"""What the core needs of the outside world; the docstrings are the contract it is tested by.

A use case stands on `Transact`: it hands over a plain function, which reads and writes through
the stores of a `Unit` and is run whole or not at all. It may be run again when it lost a race,
so it does nothing but read, ask rules, write and announce.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Literal, NamedTuple, Protocol, TypeVar
from uuid import UUID

from attendance_core.errors import Language
from attendance_core.vocabulary import EventCode, EventId, FileKey, Instant, UserId

if TYPE_CHECKING:
    from attendance_core import repositories
    from attendance_core.attendance import SheetReading
    from attendance_core.identities import Attempt, Claims, ProviderAnswer
    from attendance_core.marking.announcements import Announcement

__all__ = [
    "Action",
    "Browse",
    "Clock",
    "FileContent",
    "FilePart",
    "Files",
    "IdentityProvider",
    "Ids",
    "Listener",
    "Missed",
    "NoSuchFile",
    "Notifier",
    "Observe",
    "Passwords",
    "Picture",
    "Pictures",
    "SheetFormat",
    "SheetStyle",
    "Sheets",
    "Together",
    "Transact",
    "Unit",
    "one_after_another",
]

T = TypeVar("T")
SheetFormat = Literal["xlsx", "csv", "json"]
"""As what file a sheet is written."""


class Transact(Protocol):
    """Runs work whole, alone, and durably before it answers."""

    async def __call__(self, work: Callable[[Unit], T]) -> T:
        """Returns what ``work`` did, after COMMIT; its announcements go out then, too.

        Whatever ``work`` raises is raised here, and nothing of it is kept. It is carried out
        even when the caller is cancelled meanwhile. Raises Unavailable when the store fails, or
        its turn does not come: then nobody knows whether it was done.
        """
        ...


class Observe(Protocol):
    """Runs a look that only reads, at one moment of the committed truth."""

    async def __call__(self, look: Callable[[Unit], T]) -> T:
        """Returns what ``look`` did. Raises Unavailable."""
        ...


class Browse(Protocol):
    """Runs a look through a list, which may be long, beside whatever else is looked at."""

    async def __call__(self, look: Callable[[Unit], T]) -> T:
        """Returns what ``look`` did, as `Observe`. Few run at once, the others wait.

        Raises Unavailable, also where it does not end in a moment.
        """
        ...


class Unit(Protocol):
    """One transaction."""

    @property
    def accounts(self) -> repositories.Accounts: ...
    @property
    def sessions(self) -> repositories.Sessions: ...
    @property
    def tokens(self) -> repositories.Tokens: ...
    @property
    def known_browsers(self) -> repositories.KnownBrowsers: ...
    @property
    def recovery_codes(self) -> repositories.RecoveryCodes: ...
    @property
    def reset_links(self) -> repositories.ResetLinks: ...
    @property
    def links(self) -> repositories.Links: ...
    @property
    def link_requests(self) -> repositories.LinkRequests: ...
    @property
    def profiles(self) -> repositories.Profiles: ...
    @property
    def scans(self) -> repositories.Scans: ...
    @property
    def moderators(self) -> repositories.Moderators: ...
    @property
    def audit_log(self) -> repositories.AuditLog: ...
    @property
    def friendships(self) -> repositories.Friendships: ...
    @property
    def events(self) -> repositories.Events: ...
    @property
    def helpers(self) -> repositories.Helpers: ...
    @property
    def boards(self) -> repositories.Boards: ...
    @property
    def places(self) -> repositories.Places: ...
    @property
    def participants(self) -> repositories.Participants: ...
    @property
    def ledger(self) -> repositories.Ledger: ...
    @property
    def belongings(self) -> repositories.Belongings: ...
    @property
    def leavers(self) -> repositories.Leavers: ...
    @property
    def connections(self) -> repositories.Connections: ...
    @property
    def footings(self) -> repositories.Footings: ...
    @property
    def processes(self) -> repositories.Processes: ...
    @property
    def rooms(self) -> repositories.Rooms: ...
    @property
    def tallies(self) -> repositories.Tallies: ...
    @property
    def installation(self) -> repositories.Installation: ...

    def now(self) -> Instant:
        """Reads the transaction's clock, to be asked after the locks are held; UNIX seconds."""
        ...

    def announce(self, announcement: Announcement) -> None:
        """Has everybody told of it once this is committed, and never otherwise."""
        ...


@dataclass(frozen=True, slots=True)
class Missed:
    """A notifier's word that it may have lost announcements: read again."""


Listener = Callable[["Announcement | Missed"], None]
"""What is called with each announcement of an event that somebody listens to, and with `Missed`."""


class Notifier(Protocol):
    """Carries announcements to whoever listens to their event, in every process.

    While nothing goes wrong on their way they come once, and in their order. Otherwise it may
    lose, double or reorder them, and tells `Missed` to whoever may have lost some.
    """

    def publish(self, announcement: Announcement) -> None:
        """Sends it out; never waits and never raises. It is called in the event loop alone."""
        ...

    async def subscribe(self, event_id: EventId, listener: Listener) -> Callable[[], None]:
        """Calls the listener from its return on, in the event loop; the answer ends that.

        A listener that raises is logged, and keeps no other from being called.
        """
        ...


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made of fresh pixels, with nothing in it of the file it came from."""

    content: bytes
    media_type: str
    extension: str


class NoSuchFile(KeyError):
    """No file is kept at this path."""


class Pictures(Protocol):
    """Makes safe pictures of what people upload."""

    async def clean(self, data: bytes, *, owner: UserId, max_side: int) -> Picture:
        """Makes fresh pixels, at most ``max_side`` wide and high, for one of an owner at a time.

        Raises BadPicture, HeicPicture, PictureTooLarge; Unavailable where too many wait.
        """
        ...


class SheetStyle(NamedTuple):
    """How a sheet is written down: as what file, in which time zone (IANA), in which words."""

    format: SheetFormat
    zone: str
    language: Language


class Sheets(Protocol):
    """Writes sheets down as files that people hand on."""

    async def write(self, reading: SheetReading, style: SheetStyle) -> BinaryIO:
        """Writes a file, all of it or none, and answers it, open at its beginning.

        It is nowhere once it is closed. Raises InvalidArgument for a zone that there is not,
        Unavailable, and what the reading raises.
        """
        ...


class FileContent(NamedTuple):
    """What is in a file, and of what type it is, as HTTP has it."""

    content: bytes
    media_type: str


class FilePart(NamedTuple):
    """Some bytes of a file, and how large all of it is."""

    content: bytes
    size: int


class Files(Protocol):
    """Keeps what is too large for the store, each under a path, whose last part is its key.

    A path ends in ``.jpg``, ``.png`` or ``.webp``, as its media type is image/jpeg, image/png or
    image/webp: whoever keeps the file need not keep that, too.
    """

    async def put(self, path: str, content: bytes, media_type: str) -> None:
        """Writes a file, whole or not at all, and over one that is there."""
        ...

    async def get(self, path: str) -> FileContent:
        """Reads a file. Raises NoSuchFile."""
        ...

    async def get_part(self, path: str, start: int, most: int) -> FilePart:
        """Reads ``most`` bytes from ``start`` on, fewer at its end; ``start`` lies in the file.

        Raises NoSuchFile.
        """
        ...

    async def delete(self, path: str) -> None:
        """Deletes it; does nothing where there is none."""
        ...


class Passwords(Protocol):
    """Hashes passwords: slow on purpose, and never in the way of anybody else."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Compares; as slow for an account that does not exist (None) as for one that does."""
        ...

    def is_common(self, password: str) -> bool:
        """Tells whether everybody tries it first."""
        ...


class IdentityProvider(Protocol):
    """Says who somebody is who logs in there, not here. Contract: 9.5."""

    @property
    def name(self) -> str | None:
        """What people call it; None where there is none."""
        ...

    async def begin(self, attempt: Attempt) -> str:
        """Answers the address that a browser is sent to. Raises NoProvider, Unavailable."""
        ...

    async def finish(self, attempt: Attempt, answer: ProviderAnswer) -> Claims:
        """Answers who has logged in, going by the code that they bring; it opens once.

        Raises NoProvider; ProviderDistrusted for whatever is not of this attempt, of this
        provider, and true by now; Unavailable where it does not answer.
        """
        ...


class Clock(Protocol):
    """Tells the time of day; UNIX seconds."""

    def now(self) -> Instant: ...


class Ids(Protocol):
    """Makes ids and secrets by chance, so that none can be guessed."""

    def event_id(self) -> UUID: ...
    def event_code(self) -> EventCode:
        """Makes one that some event may have already."""
        ...

    def recovery_code(self) -> str:
        """Makes one that may begin as another does; its letters are those of codes of events."""
        ...

    def connection_id(self) -> UUID: ...
    def process_id(self) -> UUID: ...
    def token_id(self) -> UUID: ...
    def token(self) -> str:
        """Makes a secret of 256 bits, safe in a cookie and a URL."""
        ...

    def file_key(self, extension: str) -> FileKey: ...
    def scan_id(self) -> UUID: ...


Action = Callable[[], Awaitable[None]]
"""What is carried out together with others."""


class Together(Protocol):
    """Carries out actions that do not depend on each other."""

    async def __call__(self, actions: Sequence[Action]) -> None:
        """Carries out all, at once or one after another, whatever one of them raises.

        Raises afterwards an ExceptionGroup of all that they raised.
        """
        ...


async def one_after_another(actions: Sequence[Action]) -> None:
    """Carries actions out as the plainest `Together`: it suspends only where one of them does."""
    failures: list[Exception] = []
    for action in actions:
        try:
            await action()
        except Exception as error:
            failures.append(error)
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {len(actions)} actions failed", failures)
