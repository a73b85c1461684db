"""One transaction, or one look, over the tables in memory."""

from __future__ import annotations

from attendance_adapters.memory.accounts import Accounts, Sessions
from attendance_adapters.memory.browsers import KnownBrowsers
from attendance_adapters.memory.connections import Connections, Processes
from attendance_adapters.memory.events import Events
from attendance_adapters.memory.friends import Friendships
from attendance_adapters.memory.installation import Installation
from attendance_adapters.memory.limits import Tallies
from attendance_adapters.memory.places import Marks, Places
from attendance_adapters.memory.profiles import Profiles, Scans
from attendance_adapters.memory.state import State
from attendance_core import ports
from attendance_core.marking.announcements import Announcement
from attendance_core.vocabulary import Instant


class MemoryUnit:
    """Gives a transaction its stores, over one state; a `ports.Unit`."""

    def __init__(self, state: State, clock: ports.Clock) -> None:
        self._clock = clock
        self.announcements: list[Announcement] = []
        self.accounts = Accounts(state)
        self.sessions = Sessions(state)
        self.known_browsers = KnownBrowsers(state)
        self.profiles = Profiles(state)
        self.scans = Scans(state)
        self.friendships = Friendships(state)
        self.events = Events(state)
        self.places = Places(state)
        self.marks = Marks(state)
        self.connections = Connections(state)
        self.processes = Processes(state)
        self.tallies = Tallies(state)
        self.installation = Installation(state)

    def now(self) -> Instant:
        """Asks the clock that the store was given."""
        return self._clock.now()

    def announce(self, announcement: Announcement) -> None:
        """Collects an announcement, to be published once the transaction is done."""
        self.announcements.append(announcement)
