"""Transactions of a store: what runs work in one, and what one has.

A use case stands on `Transact`: it hands over a plain function, which reads and writes through
the repositories of a `Unit` and is run whole or not at all. It may be run again when it lost a
race, so it does nothing but read, ask rules, write and announce.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from attendance_core.vocabulary import Instant

if TYPE_CHECKING:
    from attendance_core import repositories
    from attendance_core.marking.announcements import Announcement

T = TypeVar("T")


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
    """Stands for one transaction: what its work reads, writes and announces goes through it."""

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
    def admissions(self) -> repositories.Admissions: ...
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
