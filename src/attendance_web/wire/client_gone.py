"""Whether the client of a request is still there, for whatever is done for that request.

Who has closed their half of the connection may still read, but no browser does that: to us they
have gone. Decision 0015.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Final

from attendance_core.vocabulary import Seconds

GONE_EXTENSION: Final = "attendance.gone"  # an event that the server sets
# A function that tells whether it has gone, also where that event is not set yet
SAYS_NO_MORE_EXTENSION: Final = "attendance.says_no_more"
NOTE_LEFT_EXTENSION: Final = "attendance.note_left"  # counts its connection as left
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
    gone = _gone.get()
    if gone is None:
        await asyncio.sleep(seconds)
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await gone.wait()


@contextmanager
def call_when_gone(act: Callable[[], object]) -> Iterator[None]:
    """Has ``act`` called when the client goes while the block is under way."""
    gone = _gone.get()
    if gone is None:
        yield
        return
    waiting = asyncio.ensure_future(gone.wait())
    waiting.add_done_callback(lambda waited: waited.cancelled() or act())
    try:
        yield
    finally:
        waiting.cancel()
