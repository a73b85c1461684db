"""Whether the client of a request is still there, for whatever is done for that request.

Who has closed their half of the connection may still read, but no browser does that: to us they
have gone. Decision 0015.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Final
from weakref import WeakKeyDictionary

from attendance_core.vocabulary import Seconds

GONE_EXTENSION: Final = "attendance.gone"  # an event that the server sets
# A function that tells whether it has gone, also where that event is not set yet
SAYS_NO_MORE_EXTENSION: Final = "attendance.says_no_more"
NOTE_LEFT_EXTENSION: Final = "attendance.note_left"  # counts its connection as left
# That hear of it in one step of the loop: what a request then still does takes 0.1 ms, and a
# thousand may leave in one instant. Decision 0016
TOLD_AT_ONCE: Final = 8
# Of the request that this task serves; None under a server that cannot tell
_gone: ContextVar[asyncio.Event | None] = ContextVar("gone", default=None)


def follow_client_of(scope: Mapping[str, Any]) -> None:
    """Has this task, and all that it begins, know whether the client of this request is there."""
    _gone.set(scope.get("extensions", {}).get(GONE_EXTENSION))


def has_gone() -> bool:
    """Tells whether the client that this task serves has gone."""
    gone = _gone.get()
    return gone is not None and gone.is_set()


async def wait_while_there(seconds: Seconds) -> None:
    """Waits so long, or until the client that this task serves has gone."""
    if _gone.get() is None:
        await asyncio.sleep(seconds)
        return
    gone = asyncio.Event()
    with call_when_gone(gone.set), suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await gone.wait()


@contextmanager
def call_when_gone(act: Callable[[], object]) -> Iterator[None]:
    """Has ``act`` called when the client goes while the block is under way.

    Of many who go at once a few are told at a step; it may also be called a little after the block.
    """
    gone = _gone.get()
    if gone is None:
        yield
        return

    def hear(waited: asyncio.Future[Any]) -> None:
        if not waited.cancelled():
            _call_soon(act)

    waiting = asyncio.ensure_future(gone.wait())
    waiting.add_done_callback(hear)
    try:
        yield
    finally:
        waiting.cancel()


_to_call: WeakKeyDictionary[asyncio.AbstractEventLoop, deque[Callable[[], object]]] = (
    WeakKeyDictionary()
)


def _call_soon(act: Callable[[], object]) -> None:
    """Has it called behind those that came before, a few at a step."""
    loop = asyncio.get_running_loop()
    acts = _to_call.setdefault(loop, deque())
    if not acts:
        loop.call_soon(_call_some, acts)
    acts.append(act)


def _call_some(acts: deque[Callable[[], object]]) -> None:
    try:
        for _ in range(min(TOLD_AT_ONCE, len(acts))):
            acts.popleft()()
    finally:
        if acts:
            asyncio.get_running_loop().call_soon(_call_some, acts)
