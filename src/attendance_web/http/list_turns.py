"""Turns at reading lists: by person, and by network of those who are not logged in.

Contract: 1.20. Of this process; the store bounds by itself what lists take of it.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from math import ceil
from typing import Final

from attendance_core.errors import TooManyRequests
from attendance_core.vocabulary import Seconds
from attendance_web.wire.allowance import Allowances
from attendance_web.wire.callers import Caller, is_network
from attendance_web.wire.client_gone import has_gone, wait_while_there
from attendance_web.wire.refusals import ClientLeft
from attendance_web.wire.rests import Rests
from attendance_web.wire.turns import FairTurns, NoTurn

# To wait costs next to nothing, and who is refused at once is back at once
MAX_WAITING, MAX_WAITING_OF_ONE = 4000, 1000
RETRY_SECONDS: Final = 1  # after which somebody who had no turn may try again
TURN_WAIT_SECONDS: Final[Seconds] = 3.0  # of waiting; the look itself has one more (1.16)
# Contract: 1.20. Of one caller's first looks, most of which take a millisecond or two
FREE_SECONDS, FREE_A_SECOND = 0.5, 0.1
REST_FACTOR: Final = 3.0
MAX_REST_SECONDS: Final[Seconds] = 2.0  # less than one waits for a turn
# Of an answer in pieces a piece is in memory until it is read, and nobody says how slowly
MAX_OF_NETWORKS_AT_ONCE, MAX_OF_ONE_NETWORK = 4, 3
MAX_PEOPLE_AT_ONCE: Final = 64
MAX_EXPORTS_AT_ONCE: Final = 2  # Contract: ExportAttendance, each a process of its own
# Of exports that were begun, and that a person left before there was a file: a process and a look
# for each of as many as they can leave would be much. Decision 0019
MAX_LEFT_EXPORTS, LEFT_EXPORTS_A_SECOND = 3, 0.1
NETWORK_WAIT_SECONDS: Final[Seconds] = 4.0  # of waiting
MAX_PAUSE_SECONDS: Final[Seconds] = 0.25  # between two pieces of one answer


class ListTurns:
    """Bounds looks at lists, answers so long that they come in pieces, and files of them.

    As many looks go on at once as the store carries out: one more would only wait there, where
    nobody is fair.
    """

    def __init__(
        self, list_looks_at_once: int, stopwatch: Callable[[], Seconds] = time.monotonic
    ) -> None:
        self._looks = FairTurns(
            at_once=list_looks_at_once,
            of_one=looks_of_one(list_looks_at_once),
            waiting=MAX_WAITING,
            waiting_of_one=MAX_WAITING_OF_ONE,
            rests=Rests(
                free_seconds=FREE_SECONDS,
                free_a_second=FREE_A_SECOND,
                factor=REST_FACTOR,
                max_seconds=MAX_REST_SECONDS,
                stopwatch=stopwatch,
            ),
        )
        self._exports = _fair_turns(MAX_EXPORTS_AT_ONCE, of_one=1)
        self._left_exports = Allowances[Caller](MAX_LEFT_EXPORTS, LEFT_EXPORTS_A_SECOND, stopwatch)
        self._people = _fair_turns(MAX_PEOPLE_AT_ONCE, of_one=1)
        self._networks = _fair_turns(MAX_OF_NETWORKS_AT_ONCE, of_one=MAX_OF_ONE_NETWORK)

    def turn_to_begin(self, caller: Caller) -> AbstractAsyncContextManager[None]:
        """Waits for a turn at the first look of the store for a list.

        The turns of whoever has taken much rest. Raises TooManyRequests, ClientLeft.
        """
        return _turn(self._looks, caller, TURN_WAIT_SECONDS, may_rest=True)

    def turn_to_go_on(self, caller: Caller, patience: Seconds) -> AbstractAsyncContextManager[None]:
        """Waits for a turn at a look for a list that has pauses of its own: further pieces, and
        whatever is written to a file. It does not rest. Raises the same.
        """
        return _turn(self._looks, caller, patience)

    def may_answer(self, caller: Caller) -> bool:
        """Tells whether they need not wait for a turn at an answer, if they ask in this step."""
        return self._answers_of(caller).may_have(caller)

    def turn_to_answer(self, caller: Caller, waited: Seconds) -> AbstractAsyncContextManager[None]:
        """Waits for a turn at one answer in pieces, which is known to be long, to its last byte.

        A person has one at a time; those who are not logged in share a few, of which one network
        never has all. They have ``waited`` for seconds already. Raises TooManyRequests.
        """
        patience = NETWORK_WAIT_SECONDS if is_network(caller) else TURN_WAIT_SECONDS
        return _turn(self._answers_of(caller), caller, patience - waited)

    def pause_after(self, took: Seconds) -> Seconds:
        """Tells one of the answers in pieces how long to pause after a piece that took so long.

        All of them together take as much of the process as one would.
        """
        others = self._people.given_count + self._networks.given_count - 1
        return min(took * max(others, 0), MAX_PAUSE_SECONDS)

    @asynccontextmanager
    async def turn_to_export(self, caller: Caller) -> AsyncIterator[None]:
        """Waits for a turn at making one file of a list, in the block.

        Of whoever has left several such blocks a further one begins later, and none where they go
        meanwhile. Raises TooManyRequests, ClientLeft.
        """
        pause = self._left_exports.seconds_to_next(caller)
        if pause > TURN_WAIT_SECONDS:
            raise TooManyRequests(seconds=ceil(pause))
        if pause:
            await wait_while_there(pause)
        async with _turn(self._exports, caller, TURN_WAIT_SECONDS):
            try:
                yield
            except BaseException:
                if has_gone():
                    self._left_exports.take(caller)
                raise

    def _answers_of(self, caller: Caller) -> FairTurns:
        return self._networks if is_network(caller) else self._people


def looks_of_one(at_once: int) -> int:
    """Tells how many of so many looks one caller may have: half, but one at least."""
    return max(1, at_once // 2)


def _fair_turns(at_once: int, *, of_one: int) -> FairTurns:
    return FairTurns(
        at_once=at_once, of_one=of_one, waiting=MAX_WAITING, waiting_of_one=MAX_WAITING_OF_ONE
    )


@asynccontextmanager
async def _turn(
    turns: FairTurns, caller: Caller, patience: Seconds, *, may_rest: bool = False
) -> AsyncIterator[None]:
    """Waits for a turn, and has it until the end of the block.

    Raises TooManyRequests; ClientLeft where there is nobody who would read what is read.
    """
    if has_gone():
        raise ClientLeft
    async with AsyncExitStack() as turn:
        try:
            await turn.enter_async_context(turns.turn(caller, patience, may_rest=may_rest))
        except NoTurn:
            raise TooManyRequests(seconds=RETRY_SECONDS) from None
        yield
