"""Makes of a flood in the log a line a second of each kind, which says how many there were.

An outage is met by everybody at once, and an attack as often as somebody likes: neither may fill
the disk, nor bury what else happens.
"""

from __future__ import annotations

import copy
import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from traceback import walk_tb
from typing import Any, Final

from attendance_core.vocabulary import Seconds

WINDOW_SECONDS: Final[Seconds] = 1.0
COUNTED: Final = "is_counted"  # of a record that says how many there were


@dataclass(eq=False, slots=True)
class _Window:
    """Stands for a second in which others of a kind are only counted."""

    until: Seconds
    latest: logging.LogRecord
    more: int = 0


class LogFloods(logging.Filter):
    """Lets through the first warning, or worse, of a kind; counts the others within a second.

    ``emit`` is given the last of those, with how many there were.

    Records are of one kind if they have the same text and the same exception, raised at the same
    place. Whoever logs may give a ``kind`` (in `extra`), which then counts instead of the text.
    The stopwatch never goes back.
    """

    def __init__(
        self,
        emit: Callable[[logging.LogRecord], object],
        stopwatch: Callable[[], Seconds] = time.monotonic,
    ) -> None:
        super().__init__()
        self._emit = emit
        self._stopwatch = stopwatch
        self._lock = threading.Lock()  # threads of the store log, too
        self._windows: dict[Hashable, _Window] = {}  # the oldest first

    def filter(self, record: logging.LogRecord) -> bool:
        """Tells whether this one is a line."""
        if record.levelno < logging.WARNING or hasattr(record, COUNTED):
            return True
        kind = _kind_of(record)
        with self._lock:
            now = self._stopwatch()
            window = self._windows.get(kind)
            if window is not None and now < window.until:
                window.more += 1
                window.latest = record
                if window.more == 1:
                    self._close_later(kind, window)
                return False
            self._windows.pop(kind, None)
            self._windows[kind] = _Window(now + WINDOW_SECONDS, record)
            self._forget_quiet_ones(now)
        if window is None or not window.more:
            return True
        self._emit(_counted(record, window.more + 1))
        return False

    def _forget_quiet_ones(self, now: Seconds) -> None:
        for kind, window in list(self._windows.items()):
            if now < window.until:
                return
            was_not_closed = now >= window.until + WINDOW_SECONDS  # nobody was there to do it
            if not window.more or was_not_closed:
                del self._windows[kind]

    def _close_later(self, kind: Hashable, window: _Window) -> None:
        timer = threading.Timer(WINDOW_SECONDS, self._close, (kind, window))
        timer.daemon = True
        with suppress(RuntimeError):  # no thread to be had: the next one says how many there were
            timer.start()

    def _close(self, kind: Hashable, window: _Window) -> None:
        """Says how many there were; whatever follows begins with a count again."""
        with self._lock:
            if self._windows.get(kind) is not window:
                return
            record, times = window.latest, window.more
            self._windows.pop(kind)
            self._windows[kind] = _Window(self._stopwatch() + WINDOW_SECONDS, record)
        self._emit(_counted(record, times))


def _kind_of(record: logging.LogRecord) -> Hashable:
    text = getattr(record, "kind", record.getMessage())
    return record.name, record.levelno, text, *_origin_of(record.exc_info)


def _origin_of(raised: Any) -> Iterator[Hashable]:
    """Yields what was raised, and by which way of calls; not what it says, which has no bounds."""
    if raised:
        exception_type, _, trace = raised
        yield exception_type
        for frame, line in walk_tb(trace):
            yield frame.f_code.co_filename, line


def _counted(record: logging.LogRecord, times: int) -> logging.LogRecord:
    """Copies a record, with how often there was one like it."""
    counted = copy.copy(record)
    if times > 1:
        counted.msg = f"{record.getMessage()} ({times} times within a second)"
        counted.args = None
    setattr(counted, COUNTED, True)
    return counted
