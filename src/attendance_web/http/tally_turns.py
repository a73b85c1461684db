"""Turns at asking the store for one tally: each who asks waits there, with a connection, for those
who asked before. Decision 0008.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from attendance_core.limits import Limit
from attendance_core.vocabulary import Seconds

MAX_AT_ONE_TALLY = 4  # at once; SQLite commits them together
TURN_WAIT_SECONDS: Seconds = 3.0


class TallyTurns:
    """Lets a few at a time ask the store for the same tally."""

    def __init__(self) -> None:
        self._semaphores = WeakValueDictionary[tuple[Limit, str], asyncio.Semaphore]()

    @asynccontextmanager
    async def turn(self, limit: Limit, subject: str) -> AsyncIterator[None]:
        """Waits for a turn, and has it until the end of the block.

        Raises TimeoutError where it does not come in time.
        """
        semaphore = self._semaphores.setdefault(
            (limit, subject), asyncio.Semaphore(MAX_AT_ONE_TALLY)
        )
        async with asyncio.timeout(TURN_WAIT_SECONDS):
            await semaphore.acquire()
        try:
            yield
        finally:
            semaphore.release()

    def __len__(self) -> int:
        """Tells for how many tallies somebody has a turn, or waits for one."""
        return len(self._semaphores)
