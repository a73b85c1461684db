"""Pictures decoded and made anew by Pillow, each in a process of its own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import NamedTuple
from weakref import WeakValueDictionary

from attendance_adapters.missing_extras import require
from attendance_adapters.picture_exits import EXIT_BAD_PICTURE, EXIT_OUT_OF_TIME, EXIT_TOO_LARGE
from attendance_adapters.picture_formats import MAX_PIXELS, is_heic, size_of
from attendance_adapters.unheard import log_fault
from attendance_adapters.worker_environment import worker_environment
from attendance_core.errors import BadPicture, HeicPicture, PictureTooLarge, Unavailable
from attendance_core.ports import MEDIA_TYPES, Picture
from attendance_core.vocabulary import UserId
from attendance_core.wrong_use import Closed

MAX_BYTES = 10 * 1024 * 1024  # Contract: 3, pictures
# That a machine may keep a worker waiting; its own time is bounded in `picture_worker`
MAX_SECONDS = 60.0
# Of pictures that are cleaned or wait for it, of all owners. Decision 0015
MAX_JOBS = 100
MAX_WAITING_PIXELS = 20 * MAX_PIXELS
MAX_WAITING_BYTES = 128 * 1024 * 1024
MAX_RUNS = 2  # of a worker: the first may have died of something else than its picture
MAX_CAUSE_LENGTH = 2000  # of what a worker says as it dies

EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}  # by the name of the format
WORKER_COMMAND = [sys.executable, "-P", "-m", "attendance_adapters.picture_worker"]


class _WorkerRun(NamedTuple):
    """Holds what became of one run of the worker."""

    exit_code: int
    output: bytes
    errors: bytes


class _Job:
    """Holds one picture on its way through a worker, from any thread; dropped, it is over."""

    def __init__(self, data: bytes, max_side: int, max_seconds: float) -> None:
        self._data = data
        self._max_side = max_side
        self._max_seconds = max_seconds
        self._lock = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None
        self._is_dropped = False

    def drop(self) -> None:
        """Ends its worker, or has none begin."""
        with self._lock:
            self._is_dropped = True
            if self._worker is not None:
                self._worker.kill()

    def run_worker(self) -> _WorkerRun:
        """Runs a worker once.

        Raises Unavailable when it takes too long, cannot be started, or the job is dropped.
        """
        with self._lock:
            if self._is_dropped:
                raise Unavailable
            worker = self._worker = self._start_worker()
        with worker:
            try:
                output, errors = worker.communicate(self._data, self._max_seconds)
            except subprocess.TimeoutExpired as error:
                raise Unavailable from error
            finally:
                worker.kill()
        return _WorkerRun(worker.returncode, output, errors)

    def _start_worker(self) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                [*WORKER_COMMAND, str(self._max_side)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=worker_environment(),
                process_group=0,  # Ctrl-C is for the service, and its session has us be nice to it
            )
        except OSError as error:  # the machine has no room for it just now
            raise Unavailable from error


class PillowPictures:
    """Cleans pictures with Pillow, one at a time, in a process of its own; `ports.Pictures`.

    A process for each picture costs a tenth of a second and leaves nothing behind. They have
    their turns in the order they came, and a second one of an owner comes after the first is done.
    """

    def __init__(self, *, max_seconds: float = MAX_SECONDS) -> None:
        self._max_seconds = max_seconds
        # No `BoundedThreads`: a busy loop need not give way to a thread that waits for a process
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="pictures")
        self._turn = asyncio.Lock()
        self._turns_of_owners = WeakValueDictionary[UserId, asyncio.Lock]()
        self._job: _Job | None = None  # that has its turn
        # Of pictures that are cleaned, or wait for it
        self._job_count = self._pixel_count = self._byte_count = 0

    async def clean(self, data: bytes, *, owner: UserId, max_side: int) -> Picture:
        """Makes a picture of the same format with the first frame's pixels, upright, in the
        colours of every screen, and no more. One that nobody waits for any more is dropped.

        Raises BadPicture, HeicPicture, PictureTooLarge; Unavailable when too many wait, when it
        takes longer than ``max_seconds``, or when the worker dies of it twice; MissingExtra.
        """
        if len(data) > MAX_BYTES:
            raise PictureTooLarge
        if is_heic(data):
            raise HeicPicture
        size = size_of(data)
        if size is None:
            raise BadPicture
        if size.is_too_large:
            raise PictureTooLarge
        require("PIL", "pictures")
        async with self._turns_of_owners.setdefault(owner, asyncio.Lock()):
            with self._room_for(size.pixel_count, len(data)):
                async with self._turn:
                    return await self._run(_Job(data, max_side, self._max_seconds))

    def close(self) -> None:
        """Ends the worker; calls that wait for it raise Unavailable; idempotent."""
        if self._job is not None:
            self._job.drop()
        self._threads.shutdown(wait=True, cancel_futures=True)

    @contextmanager
    def _room_for(self, pixel_count: int, byte_count: int) -> Iterator[None]:
        """Raises Unavailable where too many wait."""
        if (
            self._job_count >= MAX_JOBS
            or self._pixel_count + pixel_count > MAX_WAITING_PIXELS
            or self._byte_count + byte_count > MAX_WAITING_BYTES
        ):
            raise Unavailable
        self._add_load(1, pixel_count, byte_count)
        try:
            yield
        finally:
            self._add_load(-1, -pixel_count, -byte_count)

    def _add_load(self, job_count: int, pixel_count: int, byte_count: int) -> None:
        self._job_count += job_count
        self._pixel_count += pixel_count
        self._byte_count += byte_count

    async def _run(self, job: _Job) -> Picture:
        """Does the job in the thread, and drops it where the caller is cancelled.

        Raises as `_clean` does, and Closed.
        """
        try:
            thread_future = self._threads.submit(_clean, job)
        except RuntimeError:
            raise Closed("this service is closed: make another one") from None
        self._job = job
        future = asyncio.wrap_future(thread_future)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            if thread_future.cancelled():  # by `close`; nobody cancelled the caller
                raise Unavailable from None
            future.add_done_callback(log_fault)
            job.drop()
            raise
        finally:
            self._job = None


def _clean(job: _Job) -> Picture:
    """Runs workers until one answers, in a thread.

    Raises BadPicture, PictureTooLarge, Unavailable.
    """
    exit_code, output, errors = 0, b"", b""
    for _ in range(MAX_RUNS):
        exit_code, output, errors = job.run_worker()
        if exit_code == EXIT_BAD_PICTURE:
            raise BadPicture
        if exit_code in {EXIT_TOO_LARGE, EXIT_OUT_OF_TIME}:
            raise PictureTooLarge
        if exit_code == 0:
            format_name, _, content = output.partition(b"\n")
            extension = EXTENSIONS[format_name.decode()]
            return Picture(content, MEDIA_TYPES[extension], extension)
    cause = errors.decode(errors="replace")[-MAX_CAUSE_LENGTH:]
    raise Unavailable from RuntimeError(f"the picture worker ended with {exit_code}: {cause}")
