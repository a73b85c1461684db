"""One transaction over a SQL connection."""

from __future__ import annotations

from collections.abc import Callable

from attendance_adapters.sql.accounts import Accounts
from attendance_adapters.sql.admissions import Admissions
from attendance_adapters.sql.belongings import Belongings
from attendance_adapters.sql.boards import Boards
from attendance_adapters.sql.browsers import KnownBrowsers
from attendance_adapters.sql.connections import Connections, Processes
from attendance_adapters.sql.events import Events
from attendance_adapters.sql.executor import Executor
from attendance_adapters.sql.footings import Footings
from attendance_adapters.sql.friends import Friendships
from attendance_adapters.sql.installation import Installation
from attendance_adapters.sql.leavers import Leavers
from attendance_adapters.sql.ledger import Ledger
from attendance_adapters.sql.links import LinkRequests, Links
from attendance_adapters.sql.organisers import Helpers
from attendance_adapters.sql.participants import Participants
from attendance_adapters.sql.places import Places
from attendance_adapters.sql.profiles import Profiles
from attendance_adapters.sql.recovery import RecoveryCodes
from attendance_adapters.sql.resets import ResetLinks
from attendance_adapters.sql.review import AuditLog, Moderators
from attendance_adapters.sql.rooms import Rooms
from attendance_adapters.sql.scans import Scans
from attendance_adapters.sql.sessions import Sessions
from attendance_adapters.sql.tallies import Tallies
from attendance_adapters.sql.tokens import Tokens
from attendance_core import ports
from attendance_core.marking.announcements import Announcement
from attendance_core.profiles import picture_file_path, scan_file_path
from attendance_core.vocabulary import Instant


class SqlUnit:
    """Gives a transaction its repositories, and hides the connection they share; a `ports.Unit`."""

    __slots__ = (
        "accounts",
        "admissions",
        "announcements",
        "audit_log",
        "belongings",
        "boards",
        "connections",
        "events",
        "execute",
        "footings",
        "friendships",
        "helpers",
        "installation",
        "known_browsers",
        "leavers",
        "ledger",
        "link_requests",
        "links",
        "moderators",
        "now",
        "participants",
        "places",
        "processes",
        "profiles",
        "recovery_codes",
        "reset_links",
        "rooms",
        "scans",
        "sessions",
        "tallies",
        "tokens",
    )

    def __init__(self, executor: Executor, now: Callable[[], Instant]) -> None:
        self.now = now
        self.execute = executor.execute
        self.announcements: list[Announcement] = []
        self.accounts = Accounts(executor)
        self.sessions = Sessions(executor)
        self.tokens = Tokens(executor)
        self.known_browsers = KnownBrowsers(executor)
        self.recovery_codes = RecoveryCodes(executor)
        self.reset_links = ResetLinks(executor)
        self.links = Links(executor)
        self.link_requests = LinkRequests(executor)
        self.profiles = Profiles(executor)
        self.scans = Scans(executor)
        self.moderators = Moderators(executor)
        self.audit_log = AuditLog(executor)
        self.friendships = Friendships(executor)
        self.events = Events(executor)
        self.helpers = Helpers(executor)
        self.boards = Boards(executor)
        self.admissions = Admissions(executor)
        self.places = Places(executor)
        self.participants = Participants(executor)
        self.ledger = Ledger(executor)
        self.belongings = Belongings(executor)
        self.leavers = Leavers(executor)
        self.connections = Connections(executor)
        self.footings = Footings(executor)
        self.processes = Processes(executor)
        self.rooms = Rooms(executor)
        self.tallies = Tallies(executor)
        self.installation = Installation(executor)

    def announce(self, announcement: Announcement) -> None:
        """Collects an announcement, to be published once the transaction is committed."""
        self.announcements.append(announcement)


def list_referenced_files(unit: ports.Unit) -> frozenset[str]:
    """Lists the path of every picture that a row refers to, and of every scan that waits.

    A look of SQL stores.
    """
    assert isinstance(unit, SqlUnit)
    picture_keys, scan_keys = unit.profiles.picture_keys(), unit.scans.pending_file_keys()
    return frozenset([*map(picture_file_path, picture_keys), *map(scan_file_path, scan_keys)])
