"""An event loop whose time passes at once: where nothing is ready it goes on to the next timer."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class QuickLoop(asyncio.SelectorEventLoop):
    """For what does no I/O: it would never wait for any."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        selector: Any = self._selector  # type: ignore[attr-defined]
        select = selector.select

        def skip(timeout: float | None = None) -> Any:
            ready = select(0)
            if not ready:
                assert timeout is not None, "nothing will ever happen"
                self.now += timeout
            return ready

        selector.select = skip

    def time(self) -> float:
        return self.now


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine to its end, however long that takes by the loop's own time."""
    with asyncio.Runner(loop_factory=QuickLoop) as runner:
        return runner.run(coroutine)
