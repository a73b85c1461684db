"""Pictures decoded and made anew by Pillow, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

from attendance_adapters import picture_worker
from attendance_adapters.bounded import BoundedThreads
from attendance_core.errors import BadPicture, PictureTooLarge, Unavailable
from attendance_core.ports import Picture

MOST_BYTES = 10 * 1024 * 1024  # Contract: 3, pictures
MOST_SECONDS = 20.0
ROOM = 128 * 1024 * 1024  # bytes of pictures that are made or wait
TRIES = 2  # a worker may have died of something else than its picture

KINDS = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png"), "WEBP": ("image/webp", "webp")}
WORKER = [sys.executable, "-P", "-m", picture_worker.__name__]
KEPT_VARIABLES = ("LD_LIBRARY_PATH", "SYSTEMROOT")  # no secrets for a process that strangers feed


class PillowPictures:
    """`ports.Pictures` with Pillow, one picture at a time, away from the service's process.

    A process for each picture costs a tenth of a second and leaves nothing behind.
    """

    def __init__(self, *, most_seconds: float = MOST_SECONDS) -> None:
        self._most_seconds = most_seconds
        self._threads = BoundedThreads("pictures", threads=1, room=ROOM)
        self._lock = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None
        self._closed = False

    async def clean(self, data: bytes, *, max_side: int | None) -> Picture:
        """A picture of the same format with the first frame's pixels, upright, and nothing else.

        Raises BadPicture, PictureTooLarge; Unavailable when too many wait, when it takes longer
        than ``most_seconds``, or when the worker dies of it twice.
        """
        if len(data) > MOST_BYTES:
            raise PictureTooLarge
        return await self._threads.run(lambda: self._clean(data, max_side or 0), weight=len(data))

    def close(self) -> None:
        """Ends the worker and whoever waits for it; idempotent."""
        with self._lock:
            self._closed = True
            if self._worker is not None:
                self._worker.kill()
        self._threads.close()

    def _clean(self, data: bytes, max_side: int) -> Picture:
        code, written, complaint = 0, b"", b""
        for _ in range(TRIES):
            code, written, complaint = self._work(data, max_side)
            if code == picture_worker.BAD:
                raise BadPicture
            if code == picture_worker.TOO_LARGE:
                raise PictureTooLarge
            if code == 0:
                kept_as, _, content = written.partition(b"\n")
                media_type, extension = KINDS[kept_as.decode()]
                return Picture(content, media_type, extension)
        told = complaint.decode(errors="replace")[-2000:]
        raise Unavailable from RuntimeError(f"the picture worker ended with {code}: {told}")

    def _work(self, data: bytes, max_side: int) -> tuple[int, bytes, bytes]:
        """The exit code of one run, what it wrote, and what it complained of."""
        with self._lock:
            if self._closed:
                raise Unavailable
            worker = self._worker = subprocess.Popen(
                [*WORKER, str(max_side)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment(),
                start_new_session=True,  # Ctrl-C is for the service, which then closes us
            )
        with worker:
            try:
                written, complaint = worker.communicate(data, self._most_seconds)
            except subprocess.TimeoutExpired as error:
                raise Unavailable from error
            finally:
                worker.kill()
                with self._lock:
                    self._worker = None
        return worker.returncode, written, complaint


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
