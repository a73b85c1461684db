"""Whether the client of a request is still there, for whatever is done for that request.

Who has closed their half of the connection may still read, but no browser does that: to us they
have gone. Decision 0015.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, Final
from weakref import WeakKeyDictionary

from attendance_core.errors import Refusal, Unavailable
from attendance_core.vocabulary import Seconds
from attendance_web.wire.step_turns import StepTurns

GONE_EXTENSION: Final = "attendance.gone"  # a `Departure` that the server notes
# A function that tells whether it has gone, also where that is not noted yet
SAYS_NO_MORE_EXTENSION: Final = "attendance.says_no_more"
NOTE_LEFT_EXTENSION: Final = "attendance.note_left"  # counts its connection as left
# That hear of it in one step of the loop: what a request then still does takes 0.1 ms, and a
# thousand may leave in one instant. Decision 0016
TOLD_AT_ONCE: Final = 8

Act = Callable[[], object]


class Departure:
    """Tells whether a client has gone, and whoever asked for that when it goes: of all who go a few
    at a step.
    """

    __slots__ = ("_acts", "has_happened")

    def __init__(self) -> None:
        self.has_happened = False
        self._acts: list[Act] = []

    def note(self) -> None:
        """Notes that it has gone; idempotent."""
        self.has_happened = True
        acts, self._acts = self._acts, []
        for act in acts:
            _tell(act)

    def add(self, act: Act) -> None:
        """Has this called when it goes, or soon where it has gone."""
        if self.has_happened:
            _tell(act)
        else:
            self._acts.append(act)

    def remove(self, act: Act) -> None:
        """Has it called no more, unless it is about to be; idempotent."""
        if act in self._acts:
            self._acts.remove(act)


# Of the request that this task serves; None under a server that cannot tell
_departure: ContextVar[Departure | None] = ContextVar("departure", default=None)
_turns_of: WeakKeyDictionary[asyncio.AbstractEventLoop, StepTurns] = WeakKeyDictionary()


def _tell(act: Act) -> None:
    loop = asyncio.get_running_loop()
    turns = _turns_of.get(loop)
    if turns is None:
        turns = _turns_of[loop] = StepTurns(TOLD_AT_ONCE)
    # Not in this step: whoever notes it has more to do
    loop.call_soon(turns.ask, None, partial(_tell_one, act))


def _tell_one(act: Act) -> int:
    act()
    return 1


def follow_client_of(scope: Mapping[str, Any]) -> None:
    """Has this task, and all that it begins, know whether the client of this request is there."""
    _departure.set(scope.get("extensions", {}).get(GONE_EXTENSION))


def log_fault(work: asyncio.Future[Any]) -> None:
    """Has logged what done work raised for which nobody waits any more, unless it refuses them."""
    error = None if work.cancelled() else work.exception()
    if error is not None and not isinstance(error, Refusal | Unavailable):
        told = {"message": "work has failed that nobody waits for", "exception": error}
        work.get_loop().call_exception_handler(told)


def has_gone() -> bool:
    """Tells whether the client that this task serves has gone."""
    departure = _departure.get()
    return departure is not None and departure.has_happened


async def wait_while_there(seconds: Seconds) -> None:
    """Waits so long, or until the client that this task serves has gone."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()

    def end() -> None:
        if not over.done():
            over.set_result(None)

    timer = loop.call_later(seconds, end)
    try:
        with call_when_gone(end):
            await over
    finally:
        timer.cancel()


@contextmanager
def call_when_gone(act: Act) -> Iterator[None]:
    """Has ``act`` called when the client goes while the block is under way.

    Of many who go at once a few are told at a step; it may also be called a little after the block.
    """
    departure = _departure.get()
    if departure is None:
        yield
        return
    departure.add(act)
    try:
        yield
    finally:
        departure.remove(act)
