"""Has what comes on connections parsed for a fifth of a millisecond a step, in turns by network.

A thousand connections that each send a little in one instant are read in one step of the event
loop, and were parsed in it: a command of somebody else waited for all of them. Behind a proxy all
are one network. Decision 0016.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from contextvars import Context
from typing import Final
from weakref import WeakKeyDictionary

import uvicorn

from attendance_core.vocabulary import Seconds

STEP_SECONDS: Final[Seconds] = 0.0002  # for all connections; the last portion may take longer
MAX_HEADS: Final = 4  # at a step; each is a request, which takes 0.1 ms until it waits for its turn

Parse = Callable[[], bool]  # parses one portion of a connection; True where that was of a head


class ParseTurns:
    """Has portions parsed in turns: one that comes alone is parsed at once."""

    def __init__(self, stopwatch: Callable[[], Seconds] = time.perf_counter) -> None:
        self._stopwatch = stopwatch
        self._lines: OrderedDict[Hashable, deque[Parse]] = OrderedDict()  # the next line first
        self._taken: Seconds = 0.0  # of this step
        self._head_count = 0  # portions of them, in this step
        self._is_parsing = self._begins_step_soon = False

    def ask(self, network: Hashable, parse: Parse) -> None:
        """Has a portion from this network parsed in its turn, mostly at once.

        One that is asked for by another one comes behind all that wait.
        """
        self.ask_soon(network, parse)
        if not self._is_parsing:
            self._parse_some()

    def ask_soon(self, network: Hashable, parse: Parse) -> None:
        """Has it parsed in its turn as well, but not before this returns."""
        self._lines.setdefault(network, deque()).append(parse)
        self._begin_step_soon()

    def _parse_some(self) -> None:
        """Parses while there is time; what waits is parsed from the next step on."""
        self._begin_step_soon()
        self._is_parsing = True
        try:
            while self._lines and self._taken < STEP_SECONDS and self._head_count < MAX_HEADS:
                self._parse_next()
        finally:
            self._is_parsing = False

    def _parse_next(self) -> None:
        parse, began = self._next_in_turn(), self._stopwatch()
        try:
            self._head_count += parse()
        except Exception as error:  # a bug; whoever asked just now may be somebody else
            told = {"message": "a connection could not be parsed", "exception": error}
            asyncio.get_running_loop().call_exception_handler(told)
        finally:
            self._taken += self._stopwatch() - began

    def _begin_step_soon(self) -> None:
        if not self._begins_step_soon:
            self._begins_step_soon = True
            # Of its own, or what begins would be in that of a request that has just ended
            asyncio.get_running_loop().call_soon(self._begin_step, context=Context())

    def _next_in_turn(self) -> Parse:
        """Takes the first portion of the next line, which is the last line then."""
        network, line = self._lines.popitem(last=False)
        parse = line.popleft()
        if line:
            self._lines[network] = line
        return parse

    def _begin_step(self) -> None:
        self._begins_step_soon = False
        self._taken, self._head_count = 0.0, 0
        if self._lines:
            self._parse_some()


_turns_of: WeakKeyDictionary[uvicorn.Config, ParseTurns] = WeakKeyDictionary()


def parse_turns_of(config: uvicorn.Config) -> ParseTurns:
    """Finds the turns in which a server parses."""
    return _turns_of.setdefault(config, ParseTurns())
