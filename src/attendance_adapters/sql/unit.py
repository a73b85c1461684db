"""One transaction over a SQL connection."""

from __future__ import annotations

from collections.abc import Callable

from attendance_adapters.sql.accounts import Accounts, Sessions
from attendance_adapters.sql.connections import Connections, Processes
from attendance_adapters.sql.driver import Executes
from attendance_adapters.sql.events import Events
from attendance_adapters.sql.friends import Friendships
from attendance_adapters.sql.limits import Tallies
from attendance_adapters.sql.places import Marks, Places
from attendance_adapters.sql.profiles import Profiles, Scans
from attendance_core import ports
from attendance_core.marking.announcements import Announcement
from attendance_core.profiles import picture_path, scan_path
from attendance_core.vocabulary import Instant


class SqlUnit:
    """A `ports.Unit`. It shows its stores, and hides the connection they share."""

    __slots__ = (
        "accounts",
        "announcements",
        "connections",
        "events",
        "friendships",
        "marks",
        "now",
        "places",
        "processes",
        "profiles",
        "scans",
        "sessions",
        "tallies",
    )

    def __init__(self, on: Executes, now: Callable[[], Instant]) -> None:
        self.now = now
        self.announcements: list[Announcement] = []
        self.accounts = Accounts(on)
        self.sessions = Sessions(on)
        self.profiles = Profiles(on)
        self.scans = Scans(on)
        self.friendships = Friendships(on)
        self.events = Events(on)
        self.places = Places(on)
        self.marks = Marks(on)
        self.connections = Connections(on)
        self.processes = Processes(on)
        self.tallies = Tallies(on)

    def announce(self, announcement: Announcement) -> None:
        """Kept until the transaction is committed."""
        self.announcements.append(announcement)


def named_files(unit: ports.Unit) -> frozenset[str]:
    """Where every picture and scan that somebody has is kept; a look of every SQL store."""
    assert isinstance(unit, SqlUnit)
    pictures, scans = unit.profiles.pictures(), unit.scans.files()
    return frozenset([*map(picture_path, pictures), *map(scan_path, scans)])
