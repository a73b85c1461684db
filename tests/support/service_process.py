"""A real service in a process of its own, for tests that need real sockets and signals.

`with running(folder) as service:` starts one in a data directory of its own, on a free port, and
ends it. Import the fixture `service` for one that a test module shares.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

import pytest

import attendance_adapters
from tests.support import fork_server
from tests.support.fork_server import ForkedProcess
from tests.support.sqlite_file import an_empty_database

COMMAND = [sys.executable, "-m", "attendance_web.cli"]
PATIENCE_SECONDS = 30.0  # what a slow machine may need to start, or to stop
LEASE_SECONDS = 8  # as a service has it that is told nothing else
LAST_LINES = 200  # of a log that are shown: a load leaves thousands
GRACE_SECONDS = 4  # where a test waits for the end of it


def free_port() -> int:
    """Finds one that nobody listens at just now, for services that follow one another."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def two_free_ports() -> int:
    """Finds the first of two that follow one another, for what takes a port and the next."""
    while True:
        first = free_port()
        with suppress(OSError), socket.create_server(("127.0.0.1", first + 1)):
            return first


def environment(folder: Path, settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """Makes ours anew, with no setting of whoever runs the tests, and the data in the folder."""
    kept = {name: value for name, value in os.environ.items() if "ATTENDANCE_" not in name}
    return {
        **kept,
        "ATTENDANCE_DATA_DIR": str(folder / "var"),
        "ATTENDANCE_PORT": "0",  # a free one, which the service then names
        "ATTENDANCE_LOG_FORMAT": "json",
        **(settings or {}),
    }


def attendance(
    *arguments: str,
    folder: Path,
    settings: Mapping[str, str] | None = None,
    within: float = PATIENCE_SECONDS,
) -> subprocess.CompletedProcess[str]:
    """Runs the command line in a process of its own, to its end."""
    command = [*COMMAND, *arguments]
    return fork_server.run(command, cwd=folder, env=environment(folder, settings), timeout=within)


class Got(NamedTuple):
    """What a GET was answered."""

    status: int
    body: bytes


@dataclass
class Service:
    """A service that runs; ``log`` is the file of what it says on its standard error."""

    url: str
    folder: Path
    log: Path
    process: subprocess.Popen[str] | ForkedProcess = field(repr=False)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.port

    @property
    def ws_url(self) -> str:
        return self.url.replace("http", "ws", 1)

    def get(self, path: str) -> Got:
        """Asks once, by GET."""
        connection = http.client.HTTPConnection(*self.address, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return Got(answer.status, answer.read())
        finally:
            connection.close()

    def stop(self, signal_number: int = signal.SIGTERM) -> int:
        """Asks it to end, and waits; answers the code it ended with."""
        self.process.send_signal(signal_number)
        return self.process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        """Ends it without a word."""
        self.process.kill()
        self.process.wait(PATIENCE_SECONDS)

    def said(self) -> str:
        """Reads all of its log so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")


def bring_up_to_date(folder: Path, settings: Mapping[str, str]) -> None:
    """Migrates the database of these settings as `attendance migrate` does, sooner."""
    url = settings.get("ATTENDANCE_DATABASE_URL")
    if url is not None:
        with ThreadPoolExecutor(1) as thread:  # a loop may be running in ours
            thread.submit(attendance_adapters.migrate, url).result()
        return
    data = Path(environment(folder, settings)["ATTENDANCE_DATA_DIR"])
    data.mkdir(parents=True, exist_ok=True)
    if not (data / "attendance.db").exists():
        an_empty_database(data)


def _started(
    command: Sequence[str], folder: Path, given: Mapping[str, str], said: IO[str]
) -> subprocess.Popen[str] | ForkedProcess:
    """Starts a command; by a fork where that does the same, since it is far sooner."""
    if fork_server.can_fork(command, given):
        return fork_server.start(
            command, cwd=folder, env=given, stdout=subprocess.PIPE, stderr=said
        )
    return subprocess.Popen(
        command, cwd=folder, env=given, stdout=subprocess.PIPE, stderr=said, text=True
    )


@contextmanager
def running(
    folder: Path,
    settings: Mapping[str, str] | None = None,
    *,
    migrate: bool = True,
    command: Sequence[str] = COMMAND,
) -> Iterator[Service]:
    """Runs a service until the end of the block; prints its last lines where that fails."""
    if migrate:
        bring_up_to_date(folder, settings or {})
    log = folder / "service.log"
    given = environment(folder, settings)
    with (
        log.open("a", encoding="utf-8") as said,
        _started([*command, "serve"], folder, given, said) as process,
    ):
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()  # said once it serves; empty when it has ended
            _, found, rest = ready.partition(" is at ")
            assert found, f"it did not start: {ready}"
            service = Service(rest.split()[0], folder, log, process)
            status, body = service.get("/health/ready")
            assert status == 200, body
            yield service
        except BaseException:
            said_last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
            print(*said_last, sep="\n", file=sys.stderr)
            raise
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)  # SIGTERM would leave the door open for a moment
                try:
                    process.wait(PATIENCE_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One for all tests of a module; they share its people and events, so name yours."""
    with running(tmp_path_factory.mktemp("service")) as started:
        yield started


@pytest.fixture
def own_service(tmp_path: Path) -> Iterator[Service]:
    """One of a test's own, which may end it."""
    with running(tmp_path) as started:
        yield started
