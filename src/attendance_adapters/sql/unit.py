"""One transaction over a SQL connection."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from attendance_adapters.sql.connections import Connections, Processes
from attendance_adapters.sql.events import Events
from attendance_adapters.sql.people import Accounts, Friendships, Profiles, Scans, Sessions
from attendance_adapters.sql.places import Marks, Places
from attendance_core.announcements import Announcement
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
    )

    def __init__(self, connection: Connection, now: Callable[[], Instant]) -> None:
        self.now = now
        self.announcements: list[Announcement] = []
        self.accounts = Accounts(connection)
        self.sessions = Sessions(connection)
        self.profiles = Profiles(connection)
        self.scans = Scans(connection)
        self.friendships = Friendships(connection)
        self.events = Events(connection)
        self.places = Places(connection)
        self.marks = Marks(connection)
        self.connections = Connections(connection)
        self.processes = Processes(connection)

    def announce(self, announcement: Announcement) -> None:
        """Kept until the transaction is committed."""
        self.announcements.append(announcement)
