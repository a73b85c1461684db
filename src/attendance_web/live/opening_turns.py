"""Has sockets take turns to open, so that when all come at once those that begin also end in time.

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
MAX_OF_ONE_PERSON: Final = 1  # opening, and look at who they are: sixteen pages are open soon, too
MAX_WAITING: Final = 2048  # more than can be opened before they have waited too long
MAX_WAITING_OF_ONE: Final = 64  # of a person; as many as they may have open
OPENING_SECONDS: Final = 4.0  # Contract: 1.16, also for a busy process
TURN_WAIT_SECONDS: Final[Seconds] = 3.5  # who has had no turn by then would not be done in time


class Opening:
    """Stands for one socket on its way in."""

    def __init__(
        self, queue: OpeningQueue, timeout: asyncio.Timeout, turn_deadline: Seconds
    ) -> None:
        self._queue = queue
        self._timeout = timeout
        self._turn_deadline = turn_deadline  # by the clock of the loop

    @asynccontextmanager
    async def turn(self, user_id: UserId) -> AsyncIterator[Callable[[], None]]:
        """Waits for a turn of its person. Yields what gives it up, to be called once it is open.

        From then on it is in no hurry. Raises NoTurn.
        """
        async with self._queue.turns.turn(user_id, self._seconds_for_turn) as end:

            def release() -> None:
                self._timeout.reschedule(None)
                end()

            yield release

    @property
    def _seconds_for_turn(self) -> Seconds:
        return self._turn_deadline - asyncio.get_running_loop().time()


class OpeningQueue:
    """Limits how many sockets this process opens at once; the others wait, fairly."""

    def __init__(self) -> None:
        self.turns = turns_of_people()

    @asynccontextmanager
    async def opening(self) -> AsyncIterator[Opening]:
        """Begins one, which has to be open in 4 s. Raises TimeoutError."""
        async with asyncio.timeout(OPENING_SECONDS) as timeout:
            yield Opening(self, timeout, asyncio.get_running_loop().time() + TURN_WAIT_SECONDS)


def turns_of_people() -> FairTurns:
    """Makes turns that go round by person."""
    return FairTurns(
        at_once=MAX_AT_ONCE,
        of_one=MAX_OF_ONE_PERSON,
        waiting=MAX_WAITING,
        waiting_of_one=MAX_WAITING_OF_ONE,
    )
