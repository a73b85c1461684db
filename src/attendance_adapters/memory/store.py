"""How a transaction function is run on dicts: on a copy that is swapped in when it returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from attendance_adapters.memory.events import Events
from attendance_adapters.memory.limits import Tallies
from attendance_adapters.memory.marking import Connections, Marks, Places, Processes
from attendance_adapters.memory.people import Accounts, Friendships, Profiles, Scans, Sessions
from attendance_adapters.memory.state import State
from attendance_core import ports
from attendance_core.announcements import Announcement
from attendance_core.profiles import picture_path, scan_path
from attendance_core.vocabulary import Instant

T = TypeVar("T")


class MemoryUnit:
    """A `ports.Unit` over one copy of the state."""

    def __init__(self, state: State, clock: ports.Clock) -> None:
        self._clock = clock
        self.announcements: list[Announcement] = []
        self.accounts = Accounts(state)
        self.sessions = Sessions(state)
        self.profiles = Profiles(state)
        self.scans = Scans(state)
        self.friendships = Friendships(state)
        self.events = Events(state)
        self.places = Places(state)
        self.marks = Marks(state)
        self.connections = Connections(state)
        self.processes = Processes(state)
        self.tallies = Tallies(state)

    def now(self) -> Instant:
        """The clock that was given."""
        return self._clock.now()

    def announce(self, announcement: Announcement) -> None:
        """Kept until the state is swapped in."""
        self.announcements.append(announcement)


class MemoryStore:
    """`ports.Transact` and `ports.Observe` in this process's memory.

    Neither method ever suspends, so a caller without an event loop may drive it.
    """

    def __init__(self, clock: ports.Clock, notifier: ports.Notifier) -> None:
        self._clock = clock
        self._notifier = notifier
        self._state = State()

    async def start(self) -> None:
        """Nothing to do; stores on disk have."""

    async def close(self) -> None:
        """Nothing to do; what was kept is gone with the object."""

    async def transact(self, work: Callable[[ports.Unit], T]) -> T:
        """What ``work`` returned; whatever it raises leaves nothing behind."""
        state = self._state.copy()
        unit = MemoryUnit(state, self._clock)
        answer = work(unit)
        self._state = state
        for announcement in unit.announcements:
            self._notifier.publish(announcement)
        return answer

    async def observe(self, look: Callable[[ports.Unit], T]) -> T:
        """What ``look`` returned; whatever it wrote is thrown away."""
        return look(MemoryUnit(self._state.copy(), self._clock))

    async def named_files(self) -> frozenset[str]:
        """Where every picture and scan that somebody has is kept."""
        pictures = [each.picture for each in self._state.profiles.values()]
        scans = [each.file for each in self._state.scans.values()]
        return frozenset([picture_path(key) for key in pictures if key] + [*map(scan_path, scans)])
