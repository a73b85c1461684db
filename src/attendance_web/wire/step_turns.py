"""Has what comes in crowds begin a few at a step of the event loop, in turns by whose it is.

A connection takes 0.1 ms until it is let in, the close of a socket 0.2 ms, a handshake 0.5 ms, and
all of those that are due in one instant began in one step: 64 handshakes of one person kept a
command of somebody else waiting for 30 ms. Nobody waits for more than one of each other one; of
connections, behind a proxy all are one. Decision 0016.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from contextvars import Context
from typing import Final

MAX_EXAMINED: Final = 64  # at a step, with those that nobody is there for any more

# Begins one, and answers for how many it counts; 0 or False where nobody is there any more
Begin = Callable[[], int]


class StepTurns:
    """Has ``at_once`` begin at a step, counted as they begin: one that comes alone never waits.

    Those of one begin in the order in which they came. One that counts for more than is left of a
    step begins all the same, and is the last of it.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._lines: OrderedDict[Hashable, deque[Begin]] = OrderedDict()  # the next line first
        self._begun_count = self._examined_count = 0  # since the count began anew
        self._counts_anew = False  # in the next step

    def ask(self, whose: Hashable, begin: Begin) -> None:
        """Has one of theirs begin in its turn, mostly at once."""
        self._lines.setdefault(whose, deque()).append(begin)
        self._begin_some()

    def begin_all(self) -> None:
        """Has all that wait begin in this step."""
        while self._lines:
            self._next_in_turn()()

    def _begin_some(self) -> None:
        """Begins as many as may; whoever waits begins in the next step, and is counted in that."""
        if not self._counts_anew:
            self._counts_anew = True
            # Of its own, or its logs would tell the request of whoever came first
            asyncio.get_running_loop().call_soon(self._count_anew, context=Context())
        while (
            self._lines
            and self._begun_count < self._at_once
            and self._examined_count < MAX_EXAMINED
        ):
            self._examined_count += 1
            begin = self._next_in_turn()
            self._begun_count += begin()

    def _next_in_turn(self) -> Begin:
        """Takes the first of the next line, which is the last line then."""
        whose, line = self._lines.popitem(last=False)
        begin = line.popleft()
        if line:
            self._lines[whose] = line
        return begin

    def _count_anew(self) -> None:
        self._counts_anew = False
        self._begun_count = self._examined_count = 0
        if self._lines:
            self._begin_some()
