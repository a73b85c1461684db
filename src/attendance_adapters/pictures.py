"""Pictures decoded and made anew by Pillow, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import NamedTuple

from attendance_adapters import picture_worker
from attendance_adapters.bounded import BoundedThreads
from attendance_adapters.picture_files import is_heic
from attendance_core.errors import BadPicture, HeicPicture, PictureTooLarge, Unavailable
from attendance_core.ports import Picture

MAX_BYTES = 10 * 1024 * 1024  # Contract: 3, pictures
MAX_SECONDS = 20.0
MAX_WAITING_BYTES = 128 * 1024 * 1024  # of uploads that are cleaned or wait
ATTEMPTS = 2  # a worker may have died of something else than its picture

# Media type and extension, by the name of the format
FORMATS = {
    "JPEG": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "WEBP": ("image/webp", "webp"),
}
WORKER_COMMAND = [sys.executable, "-P", "-m", picture_worker.__name__]
PASSED_VARIABLES = ("LD_LIBRARY_PATH", "SYSTEMROOT")  # no secrets for a process that strangers feed


class _WorkerRun(NamedTuple):
    """Holds what became of one run of the worker."""

    exit_code: int
    output: bytes
    errors: bytes


class PillowPictures:
    """Cleans pictures with Pillow, one at a time, in a process of its own; `ports.Pictures`.

    A process for each picture costs a tenth of a second and leaves nothing behind.
    """

    def __init__(self, *, max_seconds: float = MAX_SECONDS) -> None:
        self._max_seconds = max_seconds
        self._threads = BoundedThreads("pictures", threads=1, capacity=MAX_WAITING_BYTES)
        self._lock = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None
        self._is_closed = False

    async def clean(self, data: bytes, *, max_side: int | None) -> Picture:
        """Makes a picture of the same format with the first frame's pixels, upright, in the
        colours of every screen, and no more.

        Raises BadPicture, HeicPicture, PictureTooLarge; Unavailable when too many wait, when it
        takes longer than ``max_seconds``, or when the worker dies of it twice.
        """
        if len(data) > MAX_BYTES:
            raise PictureTooLarge
        if is_heic(data):
            raise HeicPicture
        return await self._threads.run(lambda: self._clean(data, max_side or 0), weight=len(data))

    def close(self) -> None:
        """Ends the worker; calls that wait for it raise Unavailable; idempotent."""
        with self._lock:
            self._is_closed = True
            if self._worker is not None:
                self._worker.kill()
        self._threads.close()

    def _clean(self, data: bytes, max_side: int) -> Picture:
        exit_code, output, errors = 0, b"", b""
        for _ in range(ATTEMPTS):
            exit_code, output, errors = self._run_worker(data, max_side)
            if exit_code == picture_worker.EXIT_BAD_PICTURE:
                raise BadPicture
            if exit_code == picture_worker.EXIT_TOO_LARGE:
                raise PictureTooLarge
            if exit_code == 0:
                format_name, _, content = output.partition(b"\n")
                media_type, extension = FORMATS[format_name.decode()]
                return Picture(content, media_type, extension)
        cause = errors.decode(errors="replace")[-2000:]
        raise Unavailable from RuntimeError(f"the picture worker ended with {exit_code}: {cause}")

    def _run_worker(self, data: bytes, max_side: int) -> _WorkerRun:
        """Runs the worker once. Raises Unavailable when it takes too long, or after `close`."""
        with self._lock:
            if self._is_closed:
                raise Unavailable
            worker = self._worker = subprocess.Popen(
                [*WORKER_COMMAND, str(max_side)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment(),
                start_new_session=True,  # Ctrl-C is for the service, which then closes us
            )
        with worker:
            try:
                output, errors = worker.communicate(data, self._max_seconds)
            except subprocess.TimeoutExpired as error:
                raise Unavailable from error
            finally:
                worker.kill()
                with self._lock:
                    self._worker = None
        return _WorkerRun(worker.returncode, output, errors)


def _environment() -> dict[str, str]:
    passed = {name: os.environ[name] for name in PASSED_VARIABLES if name in os.environ}
    return {**passed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
