"""Several processes that serve one address of one machine, and the parent that keeps them alive.

The parent listens and never accepts: every worker accepts from the one socket it has opened. It
has no event loop and no database, so that there is little in it that could fail.
"""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from attendance_core.vocabulary import Seconds
from attendance_web.server import INTERRUPTED, STOP_SECONDS

KILL_SECONDS: Final[Seconds] = STOP_SECONDS + 0.5  # from the signal; by itself none takes so long
SHORT_LIFE: Final[Seconds] = 5.0  # who dies sooner is not replaced at once
FIRST_PAUSE: Final[Seconds] = 0.5  # twice as long each time
LONGEST_PAUSE: Final[Seconds] = 10.0
STOPPING: Final = (signal.SIGTERM, signal.SIGINT)
READY: Final = b"."

logger = logging.getLogger(__name__)


class Parent:
    """What a worker knows of its parent: a line that ends when the parent has died."""

    def __init__(self, descriptor: int) -> None:
        self._line = socket.socket(fileno=descriptor)

    def worker_is_ready(self) -> None:
        """Tells the parent, and from now on stops when the parent is gone."""
        self._line.send(READY)
        threading.Thread(target=self._outlive_nobody, name="parent", daemon=True).start()

    def _outlive_nobody(self) -> None:
        self._line.recv(1)  # nothing is ever said: it returns at the end
        os.kill(os.getpid(), signal.SIGTERM)


@dataclass
class _Worker:
    index: int
    process: subprocess.Popen[bytes]
    line: socket.socket
    started_at: float = field(default_factory=time.monotonic)
    is_ready: bool = False


class Workers:
    """So many workers over one listening socket; ``ready`` is called once they all serve.

    The first is started alone: what is wrong at the start is wrong for all, and told once.
    """

    def __init__(self, number: int, listener: socket.socket, ready: Callable[[], None]) -> None:
        self._number = number
        self._listener = listener
        self._ready = ready
        self._alive: dict[int, _Worker] = {}
        self._due: dict[int, float] = {}  # when the next one with this index is to be started
        self._pauses: dict[int, Seconds] = {}
        self._have_served = False
        self._stopped_at: float | None = None
        self._code = 0

    def run(self) -> int:
        """Until SIGTERM or SIGINT, or until the start fails; the exit code."""
        with selectors.DefaultSelector() as self._selector, self._signals() as signals:
            self._selector.register(signals, selectors.EVENT_READ)
            self._start(0)
            while self._alive or (self._due and self._stopped_at is None):
                for key, _ in self._selector.select(self._wait_for()):
                    if key.data is None:
                        for number in signals.recv(64):
                            self._signalled(number)
                    else:
                        self._heard(key.data)
                self._start_who_is_due()
                self._kill_who_stays()
        return self._code

    @contextmanager
    def _signals(self) -> Iterator[socket.socket]:
        """Their numbers, to be read between other things."""
        reads, writes = socket.socketpair()
        writes.setblocking(False)
        earlier = [signal.signal(each, lambda *_: None) for each in STOPPING]
        woken = signal.set_wakeup_fd(writes.fileno())
        try:
            yield reads
        finally:
            signal.set_wakeup_fd(woken)
            for each, handler in zip(STOPPING, earlier, strict=True):
                signal.signal(each, handler)
            reads.close()
            writes.close()

    def _wait_for(self) -> Seconds | None:
        now = time.monotonic()
        if self._stopped_at is not None:
            return max(0.1, self._stopped_at + KILL_SECONDS - now)
        return max(0.0, min(self._due.values()) - now) if self._due else None

    def _start(self, index: int) -> None:
        """As we were started ourselves, but for the last word."""
        ours, theirs = socket.socketpair()
        descriptors = [self._listener.fileno(), theirs.fileno()]
        options = ["--index", index, "--listener", descriptors[0], "--parent", descriptors[1]]
        command = [sys.executable, *sys.orig_argv[1:-1], "work", *map(str, options)]
        with theirs:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=descriptors)
        worker = self._alive[index] = _Worker(index, process, ours)
        self._selector.register(ours, selectors.EVENT_READ, worker)

    def _start_who_is_due(self) -> None:
        if self._stopped_at is not None:
            return
        now = time.monotonic()
        for index in [each for each, at in self._due.items() if at <= now]:
            del self._due[index]
            self._start(index)

    def _heard(self, worker: _Worker) -> None:
        if not worker.line.recv(16):
            self._ended(worker)
            return
        worker.is_ready = True
        if self._have_served:
            return
        if len(self._alive) < self._number:
            for index in range(1, self._number):
                self._start(index)
        elif all(each.is_ready for each in self._alive.values()):
            self._have_served = True
            self._ready()

    def _ended(self, worker: _Worker) -> None:
        self._selector.unregister(worker.line)
        worker.line.close()
        del self._alive[worker.index]
        code = worker.process.wait()
        if self._stopped_at is not None:
            return
        if not self._have_served:
            self._code = code if code > 0 else 1
            self._stop()
            return
        lived, pause = time.monotonic() - worker.started_at, 0.0
        if lived < SHORT_LIFE:
            pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, 2 * self._pauses.get(worker.index, 0.0)))
        self._pauses[worker.index] = pause
        self._due[worker.index] = time.monotonic() + pause
        logger.warning(
            "worker %d ended with %d; another is started in %.1f s", worker.index, code, pause
        )

    def _signalled(self, number: int) -> None:
        if self._stopped_at is None:
            self._stop()
        elif number == signal.SIGINT:
            self._code = INTERRUPTED
            for worker in self._alive.values():
                worker.process.send_signal(signal.SIGINT)

    def _stop(self) -> None:
        """Nobody new is let in once the workers have closed the socket as well."""
        self._stopped_at = time.monotonic()
        self._listener.close()
        for worker in self._alive.values():
            worker.process.terminate()

    def _kill_who_stays(self) -> None:
        if self._stopped_at is None or time.monotonic() < self._stopped_at + KILL_SECONDS:
            return
        for worker in self._alive.values():
            logger.error("worker %d did not stop in time", worker.index)
            worker.process.kill()
