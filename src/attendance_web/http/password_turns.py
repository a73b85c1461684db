"""Log-ins and sign-ups take turns: a password takes a thread a while, and there are two threads.

Whoever tries passwords as fast as they can waits for themselves. Contract: 1.18. Decision 0013.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final
from weakref import WeakValueDictionary

from attendance_core.errors import TooManyRequests
from attendance_core.vocabulary import Seconds
from attendance_web.wire.turns import FairTurns, NoTurn

MAX_AT_ONCE = 3  # of each kind: two in threads, and one that asks the store before or after
MAX_KNOWN, MAX_KNOWN_AN_ACCOUNT = 1000, 10  # of an address, which may have made many accounts
MAX_OTHERS, MAX_OTHERS_AN_ADDRESS = 1000, 500  # Contract: 1.18, a lecture hall is one address
TURN_WAIT_SECONDS: Seconds = 30.0  # who has had no turn by then comes again
RETRY_SECONDS: Final = 5
# Until it is said that too many wait, or up to twice as long: who is told at once asks at once
# again, and a thousand who do, or do it all together, keep the process from everybody else
REFUSAL_DELAY_SECONDS: Seconds = 3.0


class PasswordTurns:
    """Lets a few passwords at a time be looked at in this process; the others wait."""

    def __init__(self) -> None:
        # By network, of which a few wait at a time: its accounts have taken turns before
        self.known = _turns(MAX_KNOWN, waiting_of_one=MAX_AT_ONCE)
        self._accounts_of = WeakValueDictionary[str, FairTurns]()
        self.others = _turns(MAX_OTHERS, waiting_of_one=MAX_OTHERS_AN_ADDRESS)

    @asynccontextmanager
    async def turn(self, network: str, known_by: str | None = None) -> AsyncIterator[None]:
        """Waits for a turn of its network, in which accounts that know the browser have their own.

        Raises TooManyRequests where too many wait, or for too long.
        """
        turns = self.others if known_by is None else self.known
        until = time.monotonic() + TURN_WAIT_SECONDS
        async with AsyncExitStack() as turn:
            try:
                if known_by is not None:
                    accounts = self._accounts_of.setdefault(network, _turns_of_accounts())
                    await turn.enter_async_context(accounts.turn(known_by, TURN_WAIT_SECONDS))
                await turn.enter_async_context(turns.turn(network, until - time.monotonic()))
            except NoTurn:
                await turn.aclose()
                await asyncio.sleep(REFUSAL_DELAY_SECONDS * random.uniform(1, 2))
                raise TooManyRequests(seconds=RETRY_SECONDS) from None
            yield


def _turns_of_accounts() -> FairTurns:
    """Makes the turns that accounts of one network take before those of all networks."""
    return _turns(MAX_KNOWN, waiting_of_one=MAX_KNOWN_AN_ACCOUNT)


def _turns(waiting: int, *, waiting_of_one: int) -> FairTurns:
    return FairTurns(
        at_once=MAX_AT_ONCE, of_one=MAX_AT_ONCE, waiting=waiting, waiting_of_one=waiting_of_one
    )
