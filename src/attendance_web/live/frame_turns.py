"""Has frames begin in turns, so that one person's hundreds of sockets hold up nobody but them.

Most are answered within a step of the event loop, a command takes ten steps. If three hundred
began at once, all of them would run between two steps of a command. Decision 0016.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Hashable
from typing import Final

from attendance_core.vocabulary import Seconds
from attendance_web.wire.allowance import Allowances
from attendance_web.wire.turns import FairQueue, Turn

MAX_AT_ONCE: Final = 16  # at a step
MAX_OF_ONE: Final = 1  # of one person, at a step
# Contract: 1.11, frames of one person. Five sockets that each use up their own allowance (6.11)
MAX_FRAMES_OF_PERSON, FRAMES_OF_PERSON_A_SECOND = 200, 100.0
MAX_WAITING: Final = sys.maxsize  # a socket waits with one frame; what follows it is not read


class FrameTurns:
    """Has frames begin in turns, by person, and not too many of one person a second.

    Turns are counted as they begin, in however many steps; only when there are no more for somebody
    a step is waited for, in which all of them end. So a frame that comes alone costs no step.
    """

    def __init__(self) -> None:
        self._turns = FairQueue(
            at_once=MAX_AT_ONCE,
            of_one=MAX_OF_ONE,
            waiting=MAX_WAITING,
            waiting_of_one=MAX_WAITING,
        )
        self._allowances = Allowances[Hashable](
            MAX_FRAMES_OF_PERSON, FRAMES_OF_PERSON_A_SECOND, time.monotonic
        )
        self._begun: list[Turn] = []  # since the count began anew
        self._counts_anew = False  # in the next step

    async def wait_for_frame_turn(self, whose: Hashable) -> Seconds:
        """Returns when one more frame of this person may begin, mostly at once.

        Answers for how long it had to wait since they have sent too many; mostly 0.
        """
        owed = self._allowances.take_on_credit(whose, MAX_WAITING)
        if owed:
            await asyncio.sleep(owed)
        await self.turn(whose)
        return owed

    def take(self, whose: Hashable) -> bool:
        """Counts a frame of this person that takes no turn; False where it is one too many."""
        return self._allowances.take(whose)

    async def turn(self, whose: Hashable) -> None:
        """Returns when one more thing of theirs may begin, in this step or a later one."""
        beginning: asyncio.Future[None] | None = None

        def begin_turn() -> None:
            self._begun.append(turn)
            if beginning is not None and not beginning.done():
                beginning.set_result(None)

        turn = self._turns.ask(whose, begin_turn)
        if turn.is_given:
            self._begun.append(turn)
            if not self._turns.may_have(whose):
                self._count_anew_soon()
            return
        beginning = asyncio.get_running_loop().create_future()
        try:
            await beginning
        except asyncio.CancelledError:
            if not turn.is_given:
                self._turns.end(turn)
            raise

    def _count_anew_soon(self) -> None:
        if not self._counts_anew:
            self._counts_anew = True
            asyncio.get_running_loop().call_soon(self._count_anew)

    def _count_anew(self) -> None:
        """Ends what has begun; whoever waits begins in the next step, and is counted in that."""
        self._counts_anew = False
        begun, self._begun = self._begun, []
        for turn in begun:
            self._turns.end(turn)
        if self._begun:
            self._count_anew_soon()
