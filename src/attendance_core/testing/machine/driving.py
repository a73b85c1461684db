"""Runs coroutines where no event loop runs: a machine plays its rules without `await`."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_runners: list[asyncio.Runner] = []  # the last is in use


def drive(coroutine: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine and answers what it returns; without a loop it may not suspend."""
    if _runners:
        return _runners[-1].run(coroutine)
    try:
        coroutine.send(None)
    except StopIteration as stop:
        answer: T = stop.value
        return answer
    coroutine.close()
    raise AssertionError("it waits for something")


def begin_loop() -> None:
    """Has `drive` run everything in a loop of its own, for a store that waits for something."""
    _runners.append(asyncio.Runner())


def end_loop() -> None:
    """Ends the loop that was begun last; `drive` goes on as before it."""
    _runners.pop().close()
