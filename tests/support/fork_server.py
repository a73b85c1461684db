"""Python programs in processes of their own, forked from one that has imported the service.

A fresh interpreter spends most of two seconds of a core on importing what `attendance serve`
needs, and the tests start hundreds. `start` has one process for each test worker import it once;
each program is a fork of that: it has its own environment, folder, streams and signals, and is
run from its first line, as `python -m` and `python FILE` run it.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Self

# What a service and the commands import, those over PostgreSQL and Valkey, too
PRELOADED = (
    "attendance_web.serving.lean_imports",  # before Litestar is
    "attendance_web.cli_commands",
    "attendance_web.cli_review",
    "attendance_web.main",
    "attendance_web.serving.parent",
    "attendance_web.serving.server",
    "attendance_web.serving.workers",
    "attendance_adapters.entrances",
    "attendance_adapters.notifiers.postgres",
    "attendance_adapters.notifiers.redis",
    "attendance_adapters.sql.migrate",
    "attendance_adapters.sql.postgres",
    "attendance_adapters.sql.sqlite",
    "anyio._backends._asyncio",
    "litestar._kwargs",
    "litestar.exceptions.responses",
    "uvicorn.loops.uvloop",
)
RUN_SECONDS = 60.0
MAX_MESSAGE_BYTES = 1 << 20  # bytes of a command with its environment
ROOT = Path(__file__).parents[2]


class ForkedProcess:
    """A program that was started, as `subprocess.Popen` has it."""

    def __init__(
        self,
        args: Sequence[str],
        pid: int,
        status_reader: int,
        stdin: IO[str] | None,
        stdout: IO[str] | None,
    ) -> None:
        self.args, self.pid, self.stdin, self.stdout = args, pid, stdin, stdout
        self.returncode: int | None = None
        self._status_reader = status_reader  # a pipe to which the server writes its exit code

    def poll(self) -> int | None:
        """Answers its exit code, or None while it runs."""
        return self._poll(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Waits for its end. Raises subprocess.TimeoutExpired."""
        code = self._poll(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
        return code

    def send_signal(self, number: int) -> None:
        """Sends a signal; does nothing where it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Asks it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it without a word."""
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for stream in (self.stdin, self.stdout):
            if stream is not None:
                stream.close()
        self.wait()

    def _poll(self, seconds: float | None) -> int | None:
        if self.returncode is None and select.select([self._status_reader], [], [], seconds)[0]:
            written = os.read(self._status_reader, 16)
            os.close(self._status_reader)
            self.returncode = int(written) if written else -signal.SIGKILL  # the server has gone
        return self.returncode


def can_fork(command: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Tells whether a fork does the same: what this interpreter is told is what ours was.

    The text of a program (`-c`) is for what must come before an import.
    """
    told = {name for name in environment if name.startswith("PYTHON")}
    is_ours = command[0] == sys.executable and command[1] != "-c"
    return is_ours and all(environment[name] == os.environ.get(name) for name in told)


def start(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    stdin: int | None = None,
    stdout: IO[Any] | int | None = None,
    stderr: IO[Any] | None = None,
) -> ForkedProcess:
    """Starts a command of Python; its streams are ours, files, or pipes of text."""
    status_reader, status_writer = os.pipe()
    theirs = [status_writer, 0, 1, 2]
    to_close = [status_writer]
    to_stdin = from_stdout = None
    if stdin == subprocess.PIPE:
        theirs[1], writes = os.pipe()
        to_close.append(theirs[1])
        to_stdin = os.fdopen(writes, "w", encoding="utf-8")
    if stdout == subprocess.PIPE:
        reads, theirs[2] = os.pipe()
        to_close.append(theirs[2])
        from_stdout = os.fdopen(reads, encoding="utf-8")
    elif stdout is not None and not isinstance(stdout, int):
        theirs[2] = stdout.fileno()
    if stderr is not None:
        theirs[3] = stderr.fileno()
    try:
        pid = _server().start([list(command[1:]), str(cwd), dict(env)], theirs)
    finally:
        for descriptor in to_close:
            os.close(descriptor)
    return ForkedProcess(command, pid, status_reader, to_stdin, from_stdout)


def run(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float = RUN_SECONDS
) -> subprocess.CompletedProcess[str]:
    """Runs a command of Python to its end. Raises subprocess.TimeoutExpired."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = start(command, cwd=cwd, env=env, stdout=out, stderr=err)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        said = []
        for file in (out, err):
            file.seek(0)
            said.append(file.read().decode())
        return subprocess.CompletedProcess(list(command), code, *said)


class _Server:
    """The process that forks, as those see it who want a fork."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._turn = threading.Lock()
        with theirs:
            command = [sys.executable, "-m", "tests.support.fork_server", str(theirs.fileno())]
            self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])
        atexit.register(self._end)

    def start(self, wanted: list[Any], descriptors: list[int]) -> int:
        """Answers the process id of a fork that becomes what is wanted."""
        with self._turn:
            socket.send_fds(self._control, [json.dumps(wanted).encode()], descriptors)
            said = self._control.recv(16)
            assert said, "the server of forks has ended"
            return int(said)

    def _end(self) -> None:
        self._control.close()
        self._process.wait()


_server = functools.cache(_Server)


def _serve(control: socket.socket) -> None:
    """Forks whenever it is asked to, until nobody can ask any more; then all forks end."""
    for name in PRELOADED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # pages that nobody writes are shared
    woken, wake = socket.socketpair()
    wake.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # so that the descriptor below hears of it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of who ends the tests at a terminal
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    status_writers: dict[int, int] = {}  # by process
    while True:
        ready = select.select([control, woken], [], [])[0]
        if woken in ready:
            woken.recv(4096)
            _tell_ends(status_writers)
        if control in ready:
            message, descriptors, *_ = socket.recv_fds(control, MAX_MESSAGE_BYTES, 4)
            if not message:
                break
            pid = os.fork()
            if pid == 0:
                _become(json.loads(message), descriptors)
            status_writers[pid] = descriptors[0]
            for descriptor in descriptors[1:]:
                os.close(descriptor)
            control.send(str(pid).encode())
    for pid in status_writers:
        os.kill(pid, signal.SIGKILL)


def _tell_ends(status_writers: dict[int, int]) -> None:
    """Writes the exit code of each process that has ended."""
    for pid in list(status_writers):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            descriptor = status_writers.pop(pid)
            with suppress(BrokenPipeError):
                os.write(descriptor, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(descriptor)


def _become(wanted: list[Any], descriptors: list[int]) -> None:
    """Becomes the program in a fork, and ends with its exit code."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for stream, descriptor in enumerate(descriptors[1:]):
            os.dup2(descriptor, stream)
        os.closerange(3, max(map(int, os.listdir("/proc/self/fd"))) + 1)
        arguments, folder, environment = wanted
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        # Or a service would begin anew: what its allocator is stays as it is
        os.environ.setdefault("PYTHONMALLOC", "pymalloc")
        _run(arguments, folder)
        code = 0
    except SystemExit as ended:
        code = _exit_code(ended)
    except BaseException:
        traceback.print_exc()
    finally:
        threading._shutdown()  # type: ignore[attr-defined]  # as an interpreter does that ends
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _run(arguments: list[str], folder: str) -> None:
    """Runs what stands behind `python`, as it would."""
    how, *rest = arguments
    if how == "-m":
        sys.path[0] = folder
        name, *rest = rest
        sys.argv = [name, *rest]
        runpy.run_module(name, run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        sys.path[0] = str(Path(how).parent)
        runpy.run_path(how, run_name="__main__")


def _exit_code(ended: SystemExit) -> int:
    if ended.code is None or isinstance(ended.code, int):
        return ended.code or 0
    print(ended.code, file=sys.stderr)
    return 1


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
