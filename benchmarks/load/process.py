"""The process that loads are run in, one after another."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any, Final, ParamSpec, TypeVar

import uvloop

P = ParamSpec("P")
T = TypeVar("T")

MOST_SECONDS: Final = 300.0  # that a load may take


class LoadProcess:
    """Runs coroutine functions of modules, with what can be pickled."""

    def __init__(self) -> None:
        self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))

    def run(
        self, load: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Waits for what it finds. Raises what it raises."""
        return self._pool.submit(_run, partial(load, *args, **kwargs)).result()

    def close(self) -> None:
        """Ends the process."""
        self._pool.shutdown(cancel_futures=True)


def _run(load: Callable[[], Coroutine[Any, Any, T]]) -> T:
    async def bounded() -> T:
        async with asyncio.timeout(MOST_SECONDS):
            return await load()

    gc.collect()
    gc.disable()  # its pauses would be taken for the server's
    try:
        return uvloop.run(bounded())
    finally:
        gc.enable()
