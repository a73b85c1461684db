"""Keeps several processes alive that serve one address of one machine: what their parent does.

The parent listens and never accepts: every worker accepts from the one socket it has opened. It
has no event loop and no database, so that there is little in it that could fail. A worker that
dies is replaced; so is one that hangs, whose event loop says nothing any more.
"""

from __future__ import annotations

import logging
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from attendance_core.vocabulary import Seconds
from attendance_web.serving.parent import SIGN_EVERY
from attendance_web.serving.server import INTERRUPTED, STOP_SECONDS

KILL_SECONDS: Final[Seconds] = STOP_SECONDS + 0.5  # from the signal; by itself none takes so long
SILENT_SECONDS: Final[Seconds] = 5.0  # who serves and gives no sign for so long hangs
START_SECONDS: Final[Seconds] = 60.0  # and so does who does not serve after so long
SHORT_LIFE_SECONDS: Final[Seconds] = 5.0  # who dies sooner is not replaced at once
FIRST_PAUSE_SECONDS: Final[Seconds] = 0.5  # twice as long each time
MAX_PAUSE_SECONDS: Final[Seconds] = 10.0
STOPPING: Final = (signal.SIGTERM, signal.SIGINT)

logger = logging.getLogger(__name__)


@dataclass
class _Worker:
    """Holds what the parent knows of a worker that lives."""

    index: int
    process: subprocess.Popen[bytes]
    channel: socket.socket  # of its signs of life
    started_at: float = field(default_factory=time.monotonic)
    serves: bool = False
    silent_seconds: Seconds = 0.0  # as far as the parent was there to hear it

    @property
    def hangs(self) -> bool:
        """Whether it takes too long to start, or to give a sign of life."""
        return self.silent_seconds >= (SILENT_SECONDS if self.serves else START_SECONDS)


class Workers:
    """Keeps ``count`` workers over one listening socket; calls ``on_ready`` once they all serve.

    The first is started alone: what is wrong at the start is wrong for all, and told once. Whoever
    is killed after it serves is replaced, as the service answers from then on.
    """

    def __init__(self, count: int, listener: socket.socket, on_ready: Callable[[], None]) -> None:
        self._count = count
        self._listener = listener
        self._on_ready = on_ready
        self._alive: dict[int, _Worker] = {}
        self._start_at: dict[int, float] = {}  # when the next one with an index is to be started
        self._pauses: dict[int, Seconds] = {}  # the last one before a start, by index
        self._first_serves = False
        self._have_served = False
        self._listened_at = time.monotonic()
        self._stopped_at: float | None = None
        self._exit_code = 0

    def run(self) -> int:
        """Runs until SIGTERM or SIGINT, or until the start fails; answers the exit code."""
        with selectors.DefaultSelector() as self._selector, self._signals() as signals:
            self._selector.register(signals, selectors.EVENT_READ)
            self._start(0)
            while self._alive or (self._start_at and self._stopped_at is None):
                for key, _ in self._selector.select(self._seconds_to_wait()):
                    if key.data is None:
                        for number in signals.recv(64):
                            self._obey_signal(number)
                    else:
                        self._hear(key.data)
                self._start_due()
                self._kill_who_hangs()
                self._kill_stragglers()
        return self._exit_code

    @contextmanager
    def _signals(self) -> Iterator[socket.socket]:
        """Opens what the numbers of signals can be read from, between other things."""
        reads, writes = socket.socketpair()
        writes.setblocking(False)
        earlier = [signal.signal(each, lambda *_: None) for each in STOPPING]
        earlier_wakeup_fd = signal.set_wakeup_fd(writes.fileno())
        try:
            yield reads
        finally:
            signal.set_wakeup_fd(earlier_wakeup_fd)
            for each, handler in zip(STOPPING, earlier, strict=True):
                signal.signal(each, handler)
            reads.close()
            writes.close()

    def _seconds_to_wait(self) -> Seconds:
        now = time.monotonic()
        if self._stopped_at is not None:
            return max(0.1, self._stopped_at + KILL_SECONDS - now)
        return min([SIGN_EVERY, *(max(0.0, due - now) for due in self._start_at.values())])

    def _start(self, index: int) -> None:
        """Starts a worker, later where the machine has no room for a process just now.

        Before all have served there is no later: then that ends the start.
        """
        try:
            worker = self._alive[index] = self._spawn(index)
        except OSError as error:
            if self._have_served:
                pause = self._pauses[index] = _doubled(self._pauses.get(index, 0.0))
                self._start_at[index] = time.monotonic() + pause
                logger.error(
                    "worker %d cannot be started: %s; trying again in %.1f s", index, error, pause
                )
            else:
                logger.error("worker %d cannot be started: %s", index, error)
                self._exit_code = 1
                self._stop()
        else:
            self._selector.register(worker.channel, selectors.EVENT_READ, worker)

    def _spawn(self, index: int) -> _Worker:
        """Starts a process for a worker. Raises OSError."""
        ours, theirs = socket.socketpair()
        descriptors = [self._listener.fileno(), theirs.fileno()]
        options = ["--index", index, "--listener", descriptors[0], "--parent", descriptors[1]]
        command = [*worker_command(sys.orig_argv), *map(str, options)]
        try:
            with theirs:
                process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=descriptors)
        except OSError:
            ours.close()
            raise
        return _Worker(index, process, ours)

    def _start_due(self) -> None:
        if self._stopped_at is not None:
            return
        now = time.monotonic()
        for index in [each for each, at in self._start_at.items() if at <= now]:
            del self._start_at[index]
            self._start(index)

    def _hear(self, worker: _Worker) -> None:
        if not worker.channel.recv(16):
            self._note_end(worker)
            return
        worker.serves, worker.silent_seconds = True, 0.0
        if self._have_served or self._stopped_at is not None:
            return
        if not self._first_serves:
            self._first_serves = True
            for index in range(1, self._count):
                if self._stopped_at is None:
                    self._start(index)
        elif len(self._alive) == self._count and all(each.serves for each in self._alive.values()):
            self._have_served = True
            self._on_ready()

    def _note_end(self, worker: _Worker) -> None:
        self._selector.unregister(worker.channel)
        worker.channel.close()
        del self._alive[worker.index]
        code = worker.process.wait()
        if self._stopped_at is not None:
            return
        was_killed = code < 0
        if not self._have_served and not (was_killed and self._first_serves):
            if was_killed:  # it has told nothing itself
                logger.error("worker %d ended with %d", worker.index, code)
            self._exit_code = 1 if was_killed else code or 1
            self._stop()
            return
        lived, pause = time.monotonic() - worker.started_at, 0.0
        if lived < SHORT_LIFE_SECONDS:
            pause = _doubled(self._pauses.get(worker.index, 0.0))
        self._pauses[worker.index] = pause
        self._start_at[worker.index] = time.monotonic() + pause
        logger.warning(
            "worker %d ended with %d; another is started in %.1f s", worker.index, code, pause
        )

    def _obey_signal(self, number: int) -> None:
        if self._stopped_at is None:
            self._stop()
        elif number == signal.SIGINT:
            self._exit_code = INTERRUPTED
            for worker in self._alive.values():
                worker.process.send_signal(signal.SIGINT)

    def _stop(self) -> None:
        """Stops all; nobody new is let in once the workers have closed the socket as well."""
        self._stopped_at = time.monotonic()
        self._listener.close()
        for worker in self._alive.values():
            worker.process.terminate()

    def _kill_who_hangs(self) -> None:
        """Kills a worker that hangs: its end is heard as any other.

        Of a round that took longer than we wait we know nothing: we, or the whole machine, stood
        still, and whoever is well will be heard in the next.
        """
        since, self._listened_at = self._listened_at, time.monotonic()
        if self._stopped_at is not None:
            return
        for worker in self._alive.values():
            worker.silent_seconds += min(SIGN_EVERY, self._listened_at - since)
            if worker.hangs:
                logger.error(
                    "worker %d hangs: no sign of life for %.1f s",
                    worker.index,
                    worker.silent_seconds,
                )
                worker.process.kill()
                worker.silent_seconds = 0.0

    def _kill_stragglers(self) -> None:
        if self._stopped_at is None or time.monotonic() < self._stopped_at + KILL_SECONDS:
            return
        for worker in self._alive.values():
            logger.error("worker %d did not stop in time", worker.index)
            worker.process.kill()


def worker_command(argv: Sequence[str]) -> list[str]:
    """Makes the command of a worker of that of its parent: `work` in the place of `serve`."""
    before = list(argv[1:])
    while before and before.pop() != "serve":
        pass
    return [sys.executable, *(before or ["-m", "attendance_web.cli"]), "work"]


def _doubled(pause: Seconds) -> Seconds:
    """Doubles a pause, within bounds."""
    return min(MAX_PAUSE_SECONDS, max(FIRST_PAUSE_SECONDS, 2 * pause))
