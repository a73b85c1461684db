"""One service under one attack, and what that costs a bystander."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, Final

import psutil

from attendance_adapters import picture_worker
from attendance_adapters.sql.addresses import postgres_url, sqlite_url
from attendance_adapters.sql.migrate import run_on_connection
from attendance_web.demo.client import Visitor
from tests.chaos import attacks, bystander, floods
from tests.chaos.cast import PASSWORD, Cast, Room
from tests.chaos.felt import PATIENCE, Felt
from tests.support.gathering import Gathering, gatherings
from tests.support.killable_servers import a_postgres
from tests.support.many_names import fill
from tests.support.nginx import proxied
from tests.support.service_process import SECONDS, Service, bring_up_to_date, running

ROOMS: Final = 3
PAIRS: Final = 160  # more than meet in the seconds of one attack
PEOPLE, GATHERINGS = 100_000, 50_000  # of a crowded database
LOOK_SECONDS: Final = 0.02  # from one look at the service's memory to the next
PICTURE_WORKER: Final = picture_worker.__name__  # a module that Python is told to run
MEBIBYTE: Final = 1024 * 1024
MAX_GROWTH: Final = 1024 * MEBIBYTE  # an attack ends there, before the machine does
LEASE_LOST: Final = "the lease of process"  # as the heartbeat logs it
DATABASE: Final = "ATTENDANCE_DATABASE_URL"
USERNAME: Final = "who.logs.in"


@contextmanager
def sqlite(folder: Path) -> Iterator[Mapping[str, str]]:
    """A file."""
    (folder / "var").mkdir()
    yield {DATABASE: f"sqlite:///{folder / 'var' / 'attendance.db'}"}


@contextmanager
def postgres(folder: Path) -> Iterator[Mapping[str, str]]:
    """A server of its own."""
    with a_postgres() as server:
        yield {DATABASE: server.url}


ENGINES: Final[Mapping[str, Callable[[Path], AbstractContextManager[Mapping[str, str]]]]] = {
    "sqlite": sqlite,
    "postgres": postgres,
}


class NobodyGetsIn(Exception):
    """The service is there, and a bystander finds no place in it."""


@dataclass(frozen=True)
class Ground:
    """A service, the door that everybody takes to it, and who they are."""

    service: Service
    door: Service  # the service itself, or a proxy
    cast: Path
    attacker: Gathering
    certificate: Path | None

    def command(self, module: str, *arguments: str) -> list[str]:
        """A process of ours."""
        trusts = [] if self.certificate is None else ["--certificate", str(self.certificate)]
        return [sys.executable, "-m", module, *arguments, *trusts]

    def leases_lost(self) -> int:
        """How often the service has been, or may have been, taken for dead."""
        return self.service.said().count(LEASE_LOST)

    def memory(self) -> int:
        """Bytes of the service and its workers, but for one that decodes a picture.

        That has a limit of its own, 512 MiB. Decision 0015.
        """
        service = psutil.Process(self.service.process.pid)
        bytes_in_use: int = service.memory_info().rss
        for worker in service.children(recursive=True):
            with suppress(psutil.NoSuchProcess):  # it has ended meanwhile
                if PICTURE_WORKER not in worker.cmdline():
                    bytes_in_use += worker.memory_info().rss
        return bytes_in_use


@contextmanager
def ground(
    folder: Path, engine: str = "sqlite", *, nginx: bool = False, crowded: bool = False
) -> Iterator[Ground]:
    """Begun in an empty folder, and ended with the block; a crowded one has many names."""
    with ExitStack() as stack:
        settings = stack.enter_context(ENGINES[engine](folder))
        bring_up_to_date(folder, settings)

        if crowded:
            _fill(settings[DATABASE])

        opens, attacker, *met = asyncio.run(gatherings(settings[DATABASE], ROOMS + PAIRS + 2, 2))
        rooms = [
            Room(each.event_id, marker.token, asker.token, asker.user_id)
            for each in met
            for marker, asker in [each.people]
        ]
        cast = folder / "cast.json"
        Cast(
            rooms[:ROOMS],
            opener=opens.people[0].token,
            opener_event_id=opens.event_id,
            reader=opens.people[1].token,
            reader_id=opens.people[1].user_id,
            pairs=rooms[ROOMS:],
            username=USERNAME,
        ).write(cast)
        service = door = stack.enter_context(running(folder, settings, migrate=False))
        visitor = Visitor(service.url, "en")
        visitor.get("/api/auth/GetCurrentUserId")
        visitor.post("/accounts/signup/", username=USERNAME, password=PASSWORD)
        certificate = None
        if nginx:
            before = folder / "proxy"
            before.mkdir()
            door = stack.enter_context(proxied(before, [service, service]))
            certificate = before / "certificate.pem"
        yield Ground(service, door, cast, attacker, certificate)


def _fill(database: str) -> None:
    """Adds the crowd."""
    scheme, _, path = database.partition(":///")
    url = sqlite_url(Path(path)) if scheme == "sqlite" else postgres_url(database)
    run_on_connection(url, partial(fill, people=PEOPLE, gatherings=GATHERINGS))


@dataclass(frozen=True)
class Siege:
    """What one attack did; memory is in bytes."""

    felt: Mapping[str, Felt]
    done: attacks.Done | floods.Done
    memory: tuple[int, int, int]  # before, at most, and after
    leases_lost: int

    @property
    def growth(self) -> int:
        """How much more memory there was in use than before."""
        return self.memory[1] - self.memory[0]


def felt(on: Ground, seconds: float) -> dict[str, Felt]:
    """What it is like to be there for so many seconds. Raises NobodyGetsIn."""
    with _bystander(on, seconds) as told:
        return _felt(told)


def besieged(on: Ground, name: str, seconds: float) -> Siege:
    """One attack, from when the bystander is inside until it has got its last answer.

    Raises NobodyGetsIn where it was never inside.
    """
    leases_lost = on.leases_lost()
    # For longer than the bystander waits: it has to get its last answers in spite of it
    bounds = str(seconds + 2 * PATIENCE)
    who = ["--token", on.attacker.people[0].token, "--event", on.attacker.event_id]
    by = floods if name in floods.FLOODS else attacks
    command = on.command(by.__name__, name, on.door.url, "--seconds", bounds, *who)
    with _bystander(on, seconds) as told:
        before = on.memory()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as attacker:
            try:
                with _watched(on, attacker) as highest:
                    during = _felt(told)
            finally:
                attacker.terminate()
                said_by_attacker, _ = attacker.communicate(timeout=SECONDS)
    done = by.Done(**json.loads(said_by_attacker.splitlines()[-1]))
    memory = before, max(highest), on.memory()
    return Siege(during, done, memory, on.leases_lost() - leases_lost)


@contextmanager
def _bystander(on: Ground, seconds: float) -> Iterator[IO[str]]:
    """One who is inside; what they say."""
    command = on.command(
        bystander.__name__, on.door.url, "--cast", str(on.cast), "--seconds", str(seconds)
    )
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            if process.stdout.readline().strip() != bystander.READY:
                raise NobodyGetsIn
            yield process.stdout
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)  # it says its goodbyes
        finally:
            process.kill()


def _felt(told: IO[str]) -> dict[str, Felt]:
    given: dict[str, Any] = json.loads(told.readline())
    return {kind: Felt(**each) for kind, each in given.items()}


@contextmanager
def _watched(on: Ground, attacker: subprocess.Popen[str]) -> Iterator[list[int]]:
    """The service's memory, look by look; the attack ends where that is too much."""
    seen, over = [on.memory()], threading.Event()

    def looks() -> None:
        while not over.wait(LOOK_SECONDS):
            seen.append(on.memory())
            if seen[-1] > seen[0] + MAX_GROWTH:
                attacker.terminate()
                return

    looking = threading.Thread(target=looks)
    looking.start()
    try:
        yield seen
    finally:
        over.set()
        looking.join()
