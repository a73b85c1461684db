"""An event loop that runs in a thread of its own, for callers that have none."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

from attendance_core.wrong_use import Closed, WrongLoop

T = TypeVar("T")


class LoopThread:
    """Runs an event loop until it is closed; it does not keep the program from ending."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._is_closed = False
        self._close_lock = threading.Lock()
        started: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(
            target=self._run_loop, args=(started,), name="attendance-sync", daemon=True
        )
        self._thread.start()
        self._loop = started.result()

    def _run_loop(self, started: Future[asyncio.AbstractEventLoop]) -> None:
        with asyncio.Runner() as runner:
            loop = runner.get_loop()
            asyncio.set_event_loop(loop)
            started.set_result(loop)
            loop.run_forever()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Waits for what a coroutine answers, and raises what it raises.

        One who is interrupted meanwhile (Ctrl+C) has it cancelled. Raises Closed, WrongLoop.
        """
        try:
            self._check_running()
        except BaseException:
            coroutine.close()
            raise
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result()
        except CancelledError:
            if not self._is_closed:
                raise
            raise Closed("this service was closed meanwhile") from None
        except BaseException:
            future.cancel()  # does nothing where it has ended by itself
            raise

    def _check_running(self) -> None:
        """Checks that somebody is there to run it. Raises Closed, WrongLoop."""
        if self._pid != os.getpid():
            raise WrongLoop("this service was opened before a fork: open one in each process")
        if threading.current_thread() is self._thread:
            raise WrongLoop("this is the thread of the service itself: await what it would run")
        if self._is_closed or not self._thread.is_alive():
            raise Closed("this service is closed: open another one")

    def close(self) -> None:
        """Ends the loop and its thread; whoever still waits is cancelled. Idempotent."""
        if self._pid != os.getpid():  # the thread stayed in the process that was forked
            return
        with self._close_lock:
            if not self._is_closed:
                self._is_closed = True
                self._loop.call_soon_threadsafe(self._loop.stop)
                self._thread.join()
