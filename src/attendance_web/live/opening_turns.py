"""Sockets take turns to open, so that when all come at once those that begin also end in time.

Each opening asks the store several times. Were they all let in, every first question would be
answered before any last one, and nearly all would have waited for nothing. The turns go round by
person.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from attendance_core.vocabulary import Seconds, UserId
from attendance_web.wire.turns import FairTurns

MAX_AT_ONCE: Final = 32  # enough for a shared COMMIT, and more than there are connections of a pool
MAX_OF_ONE_PERSON: Final = 1  # look, and opening, at once: sixteen pages are open all the same soon
MAX_WAITING: Final = 2048  # more than can be opened before they have waited too long
MAX_WAITING_OF_ONE: Final = 64  # of a person; as many as they may have open
OPENING_SECONDS: Final = 4.0  # Contract: 1.16, also for a busy process
TURN_WAIT_SECONDS: Final[Seconds] = 3.5  # who has had no turn by then would not be done in time


class Opening:
    """One socket on its way in."""

    def __init__(
        self, queue: OpeningQueue, patience: asyncio.Timeout, turns_until: Seconds
    ) -> None:
        self._queue = queue
        self._patience = patience
        self._turns_until = turns_until  # by the clock of the loop

    @asynccontextmanager
    async def turn(self, user_id: UserId) -> AsyncIterator[Callable[[], None]]:
        """Waits for a turn of its person, and yields what gives it up, once the socket is open.

        Until then time is short. Raises NoTurn.
        """
        async with self._queue.turns.turn(user_id, self._turn_within) as end:

            def release() -> None:
                self._patience.reschedule(None)
                end()

            yield release

    @property
    def _turn_within(self) -> Seconds:
        return self._turns_until - asyncio.get_running_loop().time()


class OpeningQueue:
    """Limits how many sockets this process opens at once; the others wait, fairly."""

    def __init__(self) -> None:
        self.turns = turns_of_people()

    @asynccontextmanager
    async def opening(self) -> AsyncIterator[Opening]:
        """Begins one, which has to be open in 4 s. Raises TimeoutError."""
        async with asyncio.timeout(OPENING_SECONDS) as patience:
            yield Opening(self, patience, asyncio.get_running_loop().time() + TURN_WAIT_SECONDS)


def turns_of_people() -> FairTurns:
    """Makes turns that go round by person."""
    return FairTurns(
        at_once=MAX_AT_ONCE,
        of_one=MAX_OF_ONE_PERSON,
        waiting=MAX_WAITING,
        waiting_of_one=MAX_WAITING_OF_ONE,
    )
