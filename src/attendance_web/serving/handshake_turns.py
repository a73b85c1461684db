"""Has handshakes of sockets begin a few at a step of the event loop, in turns by network.

Each takes 0.5 ms, and whoever keeps connections open can send as many as those in one instant: 64
of one person in one step kept a command of somebody else waiting for 30 ms. Nobody waits for more
than one of each other network; behind a proxy all are one. Decision 0016.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from typing import Final
from weakref import WeakKeyDictionary

import uvicorn

MAX_AT_ONCE: Final = 2  # at a step
MAX_EXAMINED: Final = 64  # at a step, with those whose clients have gone

Begin = Callable[[], bool]  # begins a handshake; False where nobody is there any more


class HandshakeTurns:
    """Has handshakes begin in turns, which are counted as they begin: one alone waits for none."""

    def __init__(self) -> None:
        self._lines: OrderedDict[Hashable, deque[Begin]] = OrderedDict()  # the next line first
        self._begun = self._examined = 0  # since the count began anew
        self._counts_anew = False  # in the next step

    def ask(self, network: Hashable, begin: Begin) -> None:
        """Has a handshake from this network begin in its turn, mostly at once."""
        self._lines.setdefault(network, deque()).append(begin)
        self._begin_some()

    def _begin_some(self) -> None:
        """Begins as many as may; whoever waits begins in the next step, and is counted in that."""
        if not self._counts_anew:
            self._counts_anew = True
            asyncio.get_running_loop().call_soon(self._count_anew)
        while self._lines and self._begun < MAX_AT_ONCE and self._examined < MAX_EXAMINED:
            self._examined += 1
            begin = self._next_in_turn()
            self._begun += begin()

    def _next_in_turn(self) -> Begin:
        """Takes the first handshake of the next line, which is the last line then."""
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


_turns_of: WeakKeyDictionary[uvicorn.Config, HandshakeTurns] = WeakKeyDictionary()


def handshake_turns_of(config: uvicorn.Config) -> HandshakeTurns:
    """Finds the turns that the handshakes of a server take."""
    turns = _turns_of.get(config)
    if turns is None:
        turns = _turns_of[config] = HandshakeTurns()
    return turns
