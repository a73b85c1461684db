"""Runs coroutines from a machine, which has no event loop, or one for stores that wait."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_runners: list[asyncio.Runner] = []


def drive(coroutine: Coroutine[Any, Any, T]) -> T:
    """Answers what a coroutine does; one that never suspends needs no loop."""
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
    """Has `drive` run everything in a loop, since the store waits for something."""
    _runners.append(asyncio.Runner())


def end_loop() -> None:
    """Has `drive` do without one again."""
    _runners.pop().close()
