"""Gives whoever asks as fast as they can so many lines a second, and one that counts the rest.

2 000 requests a second are 500 KB of log, written between the steps of everybody else.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextvars import Context
from dataclasses import dataclass
from typing import Final

from attendance_core.vocabulary import Seconds

WINDOW_SECONDS: Final[Seconds] = 1.0
MAX_LINES: Final = 100  # of one caller in a second: twice the calls that a person has


@dataclass(eq=False, slots=True)
class _Window:
    """Stands for a second of one caller's lines."""

    until: Seconds
    line_count: int = 0
    more: int = 0


class AccessFloods:
    """Tells which requests have a line of their own, and how many more there were.

    ``log_more`` is called within the event loop at the end of that second, with the address of the
    first of those, and with their number.
    """

    def __init__(
        self,
        log_more: Callable[[str, int], object],
        stopwatch: Callable[[], Seconds] = time.monotonic,
    ) -> None:
        self._log_more = log_more
        self._stopwatch = stopwatch
        self._windows: OrderedDict[Hashable, _Window] = OrderedDict()  # the oldest first

    def take_line(self, caller: Hashable, address: str) -> bool:
        """Counts a request; tells whether it has a line of its own."""
        now = self._stopwatch()
        self._forget_quiet_ones(now)
        window = self._windows.get(caller)
        if window is None:
            window = self._windows[caller] = _Window(now + WINDOW_SECONDS)
        if window.line_count < MAX_LINES:
            window.line_count += 1
            return True
        window.more += 1
        if window.more == 1:
            self._close_later(caller, window, window.until - now, address)
        return False

    def _forget_quiet_ones(self, now: Seconds) -> None:
        """Forgets those of a second ago, up to one of whom something is yet to be said."""
        while self._windows:
            oldest = next(iter(self._windows))
            if now < self._windows[oldest].until or self._windows[oldest].more:
                return
            del self._windows[oldest]

    def _close_later(
        self, caller: Hashable, window: _Window, seconds: Seconds, address: str
    ) -> None:
        asyncio.get_running_loop().call_later(
            seconds,
            self._close,
            caller,
            window,
            address,
            context=Context(),  # or it would tell the request of one of them
        )

    def _close(self, caller: Hashable, window: _Window, address: str) -> None:
        del self._windows[caller]
        self._log_more(address, window.more)

    def __len__(self) -> int:
        return len(self._windows)
