"""Who may read lists when: by person, and by network of those who are not logged in.

Contract: 1.20. Of this process; the store bounds by itself what lists take of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Final

from attendance_core.errors import TooManyRequests
from attendance_core.vocabulary import Seconds
from attendance_web.wire.callers import Caller
from attendance_web.wire.turns import FairTurns, NoTurn

# To wait costs next to nothing, and who is refused at once is back at once
WAITING, WAITING_OF_ONE = 4000, 1000
RETRY_SECONDS: Final = 1  # after which somebody who had no turn may try again
TURN_SECONDS: Final[Seconds] = 3.0  # of waiting; the look itself has one more (1.16)
# Of an answer in pieces a piece is in memory until it is read, and nobody says how slowly
STRANGERS_AT_ONCE, STRANGERS_OF_ONE = 4, 3
PEOPLE_AT_ONCE: Final = 64
STRANGER_SECONDS: Final[Seconds] = 4.0  # of waiting


class ListTurns:
    """Bounds looks at lists, and answers so long that they come in pieces.

    As many looks go on at once as the store carries out: one more would only wait there, where
    nobody is fair.
    """

    def __init__(self, looks: int) -> None:
        self._looks = _fair_turns(looks, of_one=looks)
        self._people = _fair_turns(PEOPLE_AT_ONCE, of_one=1)
        self._strangers = _fair_turns(STRANGERS_AT_ONCE, of_one=STRANGERS_OF_ONE)

    def turn_to_look(
        self, caller: Caller, patience: Seconds = TURN_SECONDS
    ) -> AbstractAsyncContextManager[None]:
        """Waits for a turn at one look of the store. Raises TooManyRequests."""
        return _turn(self._looks, caller, patience)

    def turn_to_answer(self, caller: Caller) -> AbstractAsyncContextManager[None]:
        """Waits for a turn at one answer in pieces, from its first look to its last byte.

        A person has one at a time; those who are not logged in share a few, of which one network
        never has all. Raises TooManyRequests.
        """
        if isinstance(caller, str):
            return _turn(self._strangers, caller, STRANGER_SECONDS)
        return _turn(self._people, caller, TURN_SECONDS)


def _fair_turns(at_once: int, *, of_one: int) -> FairTurns:
    return FairTurns(at_once=at_once, of_one=of_one, waiting=WAITING, waiting_of_one=WAITING_OF_ONE)


@asynccontextmanager
async def _turn(turns: FairTurns, caller: Caller, patience: Seconds) -> AsyncIterator[None]:
    """Waits for a turn, and has it until the end of the block. Raises TooManyRequests."""
    async with AsyncExitStack() as turn:
        try:
            await turn.enter_async_context(turns.turn(caller, patience))
        except NoTurn:
            raise TooManyRequests(seconds=RETRY_SECONDS) from None
        yield
