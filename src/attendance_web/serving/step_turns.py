"""Has what comes in crowds begin a few at a step of the event loop, in turns by network.

A connection takes 0.1 ms until it is let in, a handshake of a socket 0.5 ms, and all of those that
come in one instant began in one step: 64 handshakes of one person kept a command of somebody else
waiting for 30 ms. Nobody waits for more than one of each other network; behind a proxy all are one.
Decision 0016.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from typing import Final
from weakref import WeakKeyDictionary

import uvicorn

HANDSHAKES_AT_ONCE: Final = 2  # at a step
MAX_EXAMINED: Final = 64  # at a step, with those whose clients have gone

Begin = Callable[[], bool]  # begins one; False where nobody is there any more


class StepTurns:
    """Has ``at_once`` begin at a step, counted as they begin: one that comes alone never waits."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._lines: OrderedDict[Hashable, deque[Begin]] = OrderedDict()  # the next line first
        self._begun = self._examined = 0  # since the count began anew
        self._counts_anew = False  # in the next step

    def ask(self, network: Hashable, begin: Begin) -> None:
        """Has one of this network begin in its turn, mostly at once."""
        self._lines.setdefault(network, deque()).append(begin)
        self._begin_some()

    def begin_all(self) -> None:
        """Has all that wait begin in this step."""
        while self._lines:
            self._next_in_turn()()

    def _begin_some(self) -> None:
        """Begins as many as may; whoever waits begins in the next step, and is counted in that."""
        if not self._counts_anew:
            self._counts_anew = True
            asyncio.get_running_loop().call_soon(self._count_anew)
        while self._lines and self._begun < self._at_once and self._examined < MAX_EXAMINED:
            self._examined += 1
            begin = self._next_in_turn()
            self._begun += begin()

    def _next_in_turn(self) -> Begin:
        """Takes the first of the next line, which is the last line then."""
        network, line = self._lines.popitem(last=False)
        begin = line.popleft()
        if line:
            self._lines[network] = line
        return begin

    def _count_anew(self) -> None:
        self._counts_anew = False
        self._begun = self._examined = 0
        if self._lines:
            self._begin_some()


_handshake_turns_of: WeakKeyDictionary[uvicorn.Config, StepTurns] = WeakKeyDictionary()


def handshake_turns_of(config: uvicorn.Config) -> StepTurns:
    """Finds the turns that the handshakes of a server take."""
    turns = _handshake_turns_of.get(config)
    if turns is None:
        turns = _handshake_turns_of[config] = StepTurns(HANDSHAKES_AT_ONCE)
    return turns
