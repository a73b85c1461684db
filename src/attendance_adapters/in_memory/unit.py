"""One transaction, or one look, over the tables in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from attendance_adapters.in_memory.accounts import Accounts
from attendance_adapters.in_memory.admissions import Admissions
from attendance_adapters.in_memory.belongings import Belongings
from attendance_adapters.in_memory.boards import Boards
from attendance_adapters.in_memory.browsers import KnownBrowsers
from attendance_adapters.in_memory.connections import Connections, Processes
from attendance_adapters.in_memory.events import Events
from attendance_adapters.in_memory.footings import Footings
from attendance_adapters.in_memory.friends import Friendships
from attendance_adapters.in_memory.installation import Installation
from attendance_adapters.in_memory.leavers import Leavers
from attendance_adapters.in_memory.ledger import Ledger
from attendance_adapters.in_memory.links import LinkRequests, Links
from attendance_adapters.in_memory.organisers import Helpers
from attendance_adapters.in_memory.participants import Participants
from attendance_adapters.in_memory.places import Places
from attendance_adapters.in_memory.profiles import Profiles
from attendance_adapters.in_memory.recovery import RecoveryCodes
from attendance_adapters.in_memory.resets import ResetLinks
from attendance_adapters.in_memory.review import AuditLog, Moderators
from attendance_adapters.in_memory.rooms import Rooms
from attendance_adapters.in_memory.scans import Scans
from attendance_adapters.in_memory.sessions import Sessions
from attendance_adapters.in_memory.tables import Tables
from attendance_adapters.in_memory.tallies import Tallies
from attendance_adapters.in_memory.tokens import Tokens
from attendance_core import ports
from attendance_core.marking.announcements import Announcement
from attendance_core.vocabulary import Instant

R = TypeVar("R")


class LazyRepository(Generic[R]):
    """Makes a repository of a unit when it is first asked for: few are by any transaction."""

    def __init__(self, make: Callable[[Tables], R]) -> None:
        self._make = make

    def __set_name__(self, owner: type[MemoryUnit], name: str) -> None:
        self._name = name

    def __get__(self, unit: MemoryUnit, owner: type[MemoryUnit]) -> R:
        repository = unit.__dict__[self._name] = self._make(unit.tables)
        return repository


class MemoryUnit:
    """Gives a transaction its repositories, over the tables of one moment; a `ports.Unit`."""

    accounts = LazyRepository(Accounts)
    sessions = LazyRepository(Sessions)
    tokens = LazyRepository(Tokens)
    known_browsers = LazyRepository(KnownBrowsers)
    recovery_codes = LazyRepository(RecoveryCodes)
    reset_links = LazyRepository(ResetLinks)
    links = LazyRepository(Links)
    link_requests = LazyRepository(LinkRequests)
    profiles = LazyRepository(Profiles)
    scans = LazyRepository(Scans)
    moderators = LazyRepository(Moderators)
    audit_log = LazyRepository(AuditLog)
    friendships = LazyRepository(Friendships)
    events = LazyRepository(Events)
    helpers = LazyRepository(Helpers)
    boards = LazyRepository(Boards)
    admissions = LazyRepository(Admissions)
    places = LazyRepository(Places)
    participants = LazyRepository(Participants)
    ledger = LazyRepository(Ledger)
    belongings = LazyRepository(Belongings)
    leavers = LazyRepository(Leavers)
    connections = LazyRepository(Connections)
    footings = LazyRepository(Footings)
    processes = LazyRepository(Processes)
    rooms = LazyRepository(Rooms)
    tallies = LazyRepository(Tallies)
    installation = LazyRepository(Installation)

    def __init__(self, tables: Tables, clock: ports.Clock) -> None:
        self.tables = tables
        self._clock = clock
        self.announcements: list[Announcement] = []

    def now(self) -> Instant:
        """Asks the clock that the store was given."""
        return self._clock.now()

    def announce(self, announcement: Announcement) -> None:
        """Collects an announcement, to be published once the transaction is done."""
        self.announcements.append(announcement)
