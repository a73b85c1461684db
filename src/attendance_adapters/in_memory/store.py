"""How a transaction function is run on dicts: on a copy that replaces them when it returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from attendance_adapters.in_memory.tables import Tables
from attendance_adapters.in_memory.unit import MemoryUnit
from attendance_core import ports
from attendance_core.profiles import Confirmation, picture_file_path, scan_file_path

T = TypeVar("T")


class MemoryStore:
    """Keeps everything in this process's memory; a `service_ports.Store`.

    None of its methods ever suspends, so a caller without an event loop may drive it.
    """

    abandoned_count = 0  # transactions that nobody waits for: there are none
    list_looks_at_once = 1

    def __init__(self, clock: ports.Clock, notifier: ports.Notifier) -> None:
        self._clock = clock
        self._notifier = notifier
        self._tables = Tables()  # never changed, only replaced: a look may read it without a copy

    async def start(self) -> None:
        """Does nothing; stores on disk open their database."""

    async def close(self) -> None:
        """Does nothing; what is in memory goes with this object."""

    async def scrub(self) -> None:
        """Does nothing: what is gone from memory leaves nothing."""

    async def transact(self, work: Callable[[ports.Unit], T]) -> T:
        """Runs ``work`` and returns what it returned; where it raises, nothing is changed."""
        tables = self._tables.copy()
        unit = MemoryUnit(tables, self._clock)
        result = work(unit)
        self._tables = tables
        for announcement in unit.announcements:
            self._notifier.publish(announcement)
        return result

    async def observe(self, look: Callable[[ports.Unit], T]) -> T:
        """Runs ``look``, which cannot write, and returns what it returned.

        Raises TypeError where it writes.
        """
        return look(MemoryUnit(self._tables.read_only(), self._clock))

    async def browse(self, look: Callable[[ports.Unit], T]) -> T:
        """Runs ``look`` as `observe` does: nothing waits for anything here."""
        return await self.observe(look)

    async def referenced_files(self) -> frozenset[str]:
        """Lists the path of every picture that somebody has, and of every scan that waits."""
        return referenced_files(self._tables)


def referenced_files(tables: Tables) -> frozenset[str]:
    """Lists the path of every picture that somebody has, and of every scan that waits."""
    picture_keys = [profile.picture for profile in tables.profiles.values()]
    scan_keys = [scan.file for scan in tables.scans.values() if scan.state is Confirmation.PENDING]
    return frozenset(
        [picture_file_path(key) for key in picture_keys if key] + [*map(scan_file_path, scan_keys)]
    )
