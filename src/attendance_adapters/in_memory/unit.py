"""One transaction, or one look, over the tables in memory."""

from __future__ import annotations

from attendance_adapters.in_memory.accounts import Accounts, Sessions
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
from attendance_adapters.in_memory.tables import Tables
from attendance_adapters.in_memory.tallies import Tallies
from attendance_adapters.in_memory.tokens import Tokens
from attendance_core import ports
from attendance_core.marking.announcements import Announcement
from attendance_core.vocabulary import Instant


class MemoryUnit:
    """Gives a transaction its stores, over the tables of one moment; a `ports.Unit`."""

    def __init__(self, tables: Tables, clock: ports.Clock) -> None:
        self._clock = clock
        self.announcements: list[Announcement] = []
        self.accounts = Accounts(tables)
        self.sessions = Sessions(tables)
        self.tokens = Tokens(tables)
        self.known_browsers = KnownBrowsers(tables)
        self.recovery_codes = RecoveryCodes(tables)
        self.reset_links = ResetLinks(tables)
        self.links = Links(tables)
        self.link_requests = LinkRequests(tables)
        self.profiles = Profiles(tables)
        self.scans = Scans(tables)
        self.moderators = Moderators(tables)
        self.audit_log = AuditLog(tables)
        self.friendships = Friendships(tables)
        self.events = Events(tables)
        self.helpers = Helpers(tables)
        self.boards = Boards(tables)
        self.places = Places(tables)
        self.participants = Participants(tables, self.places)
        self.ledger = Ledger(tables)
        self.belongings = Belongings(tables)
        self.leavers = Leavers(tables)
        self.connections = Connections(tables)
        self.footings = Footings(tables)
        self.processes = Processes(tables)
        self.rooms = Rooms(tables)
        self.tallies = Tallies(tables)
        self.installation = Installation(tables)

    def now(self) -> Instant:
        """Asks the clock that the store was given."""
        return self._clock.now()

    def announce(self, announcement: Announcement) -> None:
        """Collects an announcement, to be published once the transaction is done."""
        self.announcements.append(announcement)
