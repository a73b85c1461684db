"""How a transaction function is run on dicts: on a copy that is swapped in when it returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from attendance_adapters.memory.state import State
from attendance_adapters.memory.unit import MemoryUnit
from attendance_core import ports
from attendance_core.profiles import picture_path, scan_path

T = TypeVar("T")


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

    async def referenced_files(self) -> frozenset[str]:
        """Lists the path of every picture and scan that somebody has."""
        pictures = [each.picture for each in self._state.profiles.values()]
        scans = [each.file for each in self._state.scans.values()]
        return frozenset([picture_path(key) for key in pictures if key] + [*map(scan_path, scans)])
