"""Sockets take turns to open, so that when all come at once those that begin also end in time.

Each opening asks the store several times. Were they all let in, every first question would be
answered before any last one, and nearly all would have waited for nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from typing import Final

from attendance_core.vocabulary import Seconds

AT_ONCE: Final = 32  # enough for a shared COMMIT, and more than there are connections of a pool
OPENING_SECONDS: Final = 4.0  # Contract: 1.16, also for a busy process
TURN_SECONDS: Final[Seconds] = 3.5  # who has had no turn by then would not be done in time


class OpeningQueue:
    """Limits how many sockets this process opens at once; the others wait in order."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[Callable[[], None]]:
        """Waits for a turn, and yields what gives it up: to be called once the socket is open.

        Until then time is short. Raises TimeoutError.
        """
        async with asyncio.timeout(OPENING_SECONDS) as patience:
            async with asyncio.timeout(TURN_SECONDS):
                await self._turns.acquire()
            with ExitStack() as turn:
                turn.callback(self._turns.release)

                def release() -> None:
                    patience.reschedule(None)
                    turn.close()

                yield release
