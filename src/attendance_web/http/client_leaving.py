"""Follows whether a client is still there, while something is done for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from attendance_web.wire.client_gone import call_when_gone, log_fault
from attendance_web.wire.refusals import ClientLeft

T = TypeVar("T")


@contextmanager
def client_departure(receive: Callable[[], Awaitable[Any]]) -> Iterator[asyncio.Task[None]]:
    """Yields a task that is done when the client has gone, says no more, or has all it wanted.

    It is cancelled where the server has heard of that before.
    """
    going = asyncio.create_task(_until_disconnected(receive))
    try:
        with call_when_gone(going.cancel):
            yield going
    finally:
        going.cancel()


async def _until_disconnected(receive: Callable[[], Awaitable[Any]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def while_there(work: Awaitable[T]) -> T:
    """Carries work out for as long as the client is there, so that nothing is done for nobody.

    Raises ClientLeft where the client goes away meanwhile, and what the work does. What was
    handed over to the store runs to its end there all the same.
    """
    running = asyncio.ensure_future(work)
    has_left = False

    def leave() -> None:
        nonlocal has_left
        has_left = not running.done()
        running.cancel()

    try:
        with call_when_gone(leave):
            await asyncio.wait({running})
    except BaseException:  # nobody waits for it any more
        running.add_done_callback(log_fault)
        running.cancel()
        await asyncio.wait({running})
        raise
    if running.cancelled() and has_left:
        raise ClientLeft
    return running.result()
