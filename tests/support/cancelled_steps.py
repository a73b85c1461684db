"""A way to cancel a step wherever it waits."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Coroutine, Generator
from typing import Any


@types.coroutine
def cancelled_at(suspension: int, step: Coroutine[Any, Any, Any]) -> Generator[Any, Any, Any]:
    """Runs a step; when it suspends for this time, counted from 0, its task is cancelled."""
    task = asyncio.current_task()
    assert task is not None
    count = 0
    try:
        waits_for = step.send(None)
        while True:
            if count == suspension:
                asyncio.get_running_loop().call_soon(task.cancel)
            count += 1
            try:
                sent = yield waits_for
            except BaseException as error:
                waits_for = step.throw(error)
            else:
                waits_for = step.send(sent)
    except StopIteration as stop:
        return stop.value


async def awaited(awaitable: Any) -> Any:
    return await awaitable
