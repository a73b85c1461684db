"""Log-ins by the university take turns: each waits for a service that is not ours, and costs this
process some 10 ms when its browser comes back, a few when it leaves.

Whoever does either as fast as they can waits for themselves. Contract: 9.5. Decision 0027.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Final

from attendance_core.errors import TooManyRequests
from attendance_core.vocabulary import Seconds
from attendance_web.wire.allowance import Allowances
from attendance_web.wire.callers import Caller
from attendance_web.wire.client_gone import has_gone, wait_while_there
from attendance_web.wire.refusals import ClientLeft
from attendance_web.wire.turns import FairTurns, NoTurn

MAX_AT_ONCE, MAX_OF_ONE = 16, 12  # a hall is one network
MAX_WAITING, MAX_WAITING_OF_ONE = 1000, 500
TURN_WAIT_SECONDS: Final[Seconds] = 30.0  # who has had no turn by then comes again
RETRY_SECONDS: Final = 1
# Contract: 9.5. Passwords of a network are not looked at any faster, on two processors
MAX_BEGUN_AT_ONCE, BEGUN_A_SECOND = 4, 20.0


class ProviderTurns:
    """Lets a few browsers at a time leave for the provider, or come back; the others wait."""

    def __init__(self, stopwatch: Callable[[], Seconds] = time.monotonic) -> None:
        self._turns = FairTurns(
            at_once=MAX_AT_ONCE,
            of_one=MAX_OF_ONE,
            waiting=MAX_WAITING,
            waiting_of_one=MAX_WAITING_OF_ONE,
        )
        self._leaving = Allowances[Caller](MAX_BEGUN_AT_ONCE, BEGUN_A_SECOND, stopwatch)
        self._coming_back = Allowances[Caller](MAX_BEGUN_AT_ONCE, BEGUN_A_SECOND, stopwatch)

    def turn_to_leave(self, caller: Caller) -> AbstractAsyncContextManager[None]:
        """Waits for a turn, and in it until the caller may leave for the provider.

        Raises TooManyRequests where too many wait, or for too long; ClientLeft.
        """
        return self._turn(caller, self._leaving)

    def turn_to_come_back(self, caller: Caller) -> AbstractAsyncContextManager[None]:
        """Waits as `turn_to_leave` does, beside those who leave. Raises the same."""
        return self._turn(caller, self._coming_back)

    @asynccontextmanager
    async def _turn(self, caller: Caller, pace: Allowances[Caller]) -> AsyncIterator[None]:
        async with AsyncExitStack() as turn:
            try:
                await turn.enter_async_context(self._turns.turn(caller, TURN_WAIT_SECONDS))
            except NoTurn:
                raise TooManyRequests(seconds=RETRY_SECONDS) from None
            if pause := pace.take_on_credit(caller, MAX_OF_ONE):
                await wait_while_there(pause)
                if has_gone():
                    raise ClientLeft
            yield
