"""A worker that writes one sheet, from before its start to after its end. Decision 0019."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from socket import socket
from typing import IO, BinaryIO, Final

from attendance_adapters.worker_environment import worker_environment
from attendance_core.errors import Unavailable

ADDED_NICENESS: Final = 10  # to that of the process
MAX_CAUSE_BYTES: Final = 2000  # of what a worker says as it dies


class SheetJob:
    """Holds a worker that a thread starts and waits for; killed from any other, it is over.

    A thread, since to start a process can hold up an event loop for 16 ms. It closes what
    the worker had, once that has ended, so whoever waits for the thread may leave at any time.
    """

    def __init__(self, command: Sequence[str], stdin: socket) -> None:
        self._command = command
        self._stdin = stdin
        self._is_killed = False
        self.worker: subprocess.Popen[bytes] | None = None  # once there is one

    def kill(self) -> None:
        """Ends the worker, now or as soon as it has been started."""
        self._is_killed = True
        if self.worker is not None:
            self.worker.kill()

    def run(self) -> BinaryIO:
        """Runs the worker; answers the file it wrote, which is the caller's to close.

        Raises Unavailable when it dies, and OSError when the machine has no room for it.
        """
        with self._stdin, tempfile.TemporaryFile() as errors:
            file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  the caller's to close
            try:
                self._run(file, errors)
                file.seek(0)
            except BaseException:
                file.close()
                raise
            return file

    def _run(self, file: BinaryIO, errors: IO[bytes]) -> None:
        if self._is_killed:
            raise Unavailable
        worker = subprocess.Popen(
            self._command,
            stdin=self._stdin.fileno(),
            stdout=file,
            stderr=errors,
            env=worker_environment("PYTHONTZPATH"),
            # Ctrl-C is for the service, which then closes us. No session of its own: where Linux
            # groups by sessions (autogroup), being nice is for those of one alone
            process_group=0,
        )
        _be_nice(worker.pid)
        self.worker = worker
        if self._is_killed:  # before the line above; later, `kill` has seen the worker
            worker.kill()
        exit_code = worker.wait()
        if exit_code:
            errors.seek(max(errors.seek(0, os.SEEK_END) - MAX_CAUSE_BYTES, 0))
            cause = errors.read().decode(errors="replace")
            raise Unavailable from RuntimeError(f"the sheet worker ended with {exit_code}: {cause}")


def _be_nice(pid: int) -> None:
    """Has a worker wait for others from the first: to start Python takes a processor a while."""
    if sys.platform == "linux":
        with suppress(OSError):  # it has ended
            ours = os.getpriority(os.PRIO_PROCESS, 0)
            os.setpriority(os.PRIO_PROCESS, pid, ours + ADDED_NICENESS)
