"""What attacks go against: a service of its own, and whom a bystander plays in it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import psutil
from sqlalchemy import Connection, text

from attendance_adapters import picture_worker
from attendance_adapters.sql.addresses import postgres_url, sqlite_url
from attendance_adapters.sql.maintenance import run_on_connection
from attendance_web.oidc_redirects import CALLBACK_PATH
from tests.chaos.cast import PASSWORD, Cast, Pairing
from tests.support.gathering import Gathering, gathering, gatherings
from tests.support.http_browser import HttpBrowser
from tests.support.killable_servers import a_postgres
from tests.support.many_entries import fill_ledger
from tests.support.many_names import fill
from tests.support.nginx import proxied
from tests.support.oidc_provider import CLIENT_ID, NAME, SECRET, Person, running_provider
from tests.support.service_process import Service, bring_up_to_date, free_port, running

TO_HOLD: Final = 3
TO_MARK: Final = 320  # more than meet in the seconds of one attack
CROWD_PEOPLE, CROWD_EVENTS = 100_000, 50_000  # of a crowded database
OTHERS: Final = 300  # who are at the attacker's event, and wait there where an attack has them
PICTURE_WORKER: Final = picture_worker.__name__  # a module that Python is told to run
LEASE_LOST: Final = "the lease of process"  # as the heartbeat logs it
DATABASE: Final = "ATTENDANCE_DATABASE_URL"
USERNAME: Final = "who.logs.in"


@contextmanager
def sqlite(folder: Path) -> Iterator[Mapping[str, str]]:
    """Makes room for a file."""
    (folder / "var").mkdir()
    yield {DATABASE: f"sqlite:///{folder / 'var' / 'attendance.db'}"}


@contextmanager
def postgres(folder: Path) -> Iterator[Mapping[str, str]]:
    """Starts a server of its own."""
    with a_postgres() as server:
        yield {DATABASE: server.url}


ENGINES: Final[Mapping[str, Callable[[Path], AbstractContextManager[Mapping[str, str]]]]] = {
    "sqlite": sqlite,
    "postgres": postgres,
}


@contextmanager
def _university() -> Iterator[Mapping[str, str]]:
    """Runs a provider that knows everybody who comes, for a service at a port that is free."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running_provider(Person(), callback=f"{url}{CALLBACK_PATH}") as issuer:
        yield {
            "ATTENDANCE_PORT": str(port),
            "ATTENDANCE_PUBLIC_URL": url,
            "ATTENDANCE_OIDC_ISSUER": issuer,
            "ATTENDANCE_OIDC_CLIENT_ID": CLIENT_ID,
            "ATTENDANCE_OIDC_CLIENT_SECRET": SECRET,
            "ATTENDANCE_OIDC_NAME": NAME,
        }


@dataclass(frozen=True)
class Ground:
    """A service, the door that everybody takes to it, and who they are."""

    service: Service
    door: Service  # the service itself, or a proxy
    cast_file: Path
    attacker: Gathering
    others_file: Path  # of those at the attacker's event
    certificate: Path | None

    def command(self, module: str, *arguments: str) -> list[str]:
        """Makes the command line of one of our modules."""
        trusts = [] if self.certificate is None else ["--certificate", str(self.certificate)]
        return [sys.executable, "-m", module, *arguments, *trusts]

    def leases_lost(self) -> int:
        """Counts how often the service has been, or may have been, taken for dead."""
        return self.service.said().count(LEASE_LOST)

    def memory(self) -> int:
        """Measures the bytes of the service and its workers, but for one that decodes a picture.

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
    folder: Path,
    engine: str = "sqlite",
    *,
    nginx: bool = False,
    crowded: bool = False,
    entries: int = 0,
    by_provider: bool = False,
    to_mark: int = TO_MARK,
) -> Iterator[Ground]:
    """Starts one in an empty folder, until the end of the block.

    A crowded one has many names, and the ledger of the attacker's event so many entries; so many
    pairs can meet. One with a provider lets in whoever is sent to a university, which is there.
    """
    with ExitStack() as stack:
        settings = stack.enter_context(ENGINES[engine](folder))
        if by_provider:
            settings = {**settings, **stack.enter_context(_university())}
        bring_up_to_date(folder, settings)

        if crowded:
            _run(
                settings[DATABASE],
                partial(fill, person_count=CROWD_PEOPLE, event_count=CROWD_EVENTS),
            )

        for_opener, *for_pairings = asyncio.run(
            gatherings(settings[DATABASE], TO_HOLD + to_mark + 1, 2)
        )
        attacker = asyncio.run(gathering(settings[DATABASE], 1 + OTHERS))
        # Their fresh log-in is a proof, which costs nobody a hash
        _run(settings[DATABASE], partial(_take_password, attacker.people[0].user_id))
        others_file = folder / "others.json"
        others_file.write_text(
            json.dumps([[each.user_id, each.token] for each in attacker.people[1:]])
        )
        if entries:
            fills = partial(fill_ledger, event_id=attacker.event_id, entries=entries)
            _run(settings[DATABASE], fills)
        pairings = [
            Pairing(each.event_id, marker.token, asker.token, asker.user_id)
            for each in for_pairings
            for marker, asker in [each.people]
        ]
        cast_file = folder / "cast.json"
        Cast(
            pairings[:TO_HOLD],
            opener_token=for_opener.people[0].token,
            opener_event_id=for_opener.event_id,
            reader_token=for_opener.people[1].token,
            reader_id=for_opener.people[1].user_id,
            to_mark=pairings[TO_HOLD:],
            username=USERNAME,
        ).write(cast_file)
        as_served = {**settings, "PYTHONMALLOC": ""}  # no fork: with the allocator it takes alone
        os.sync()  # or the disk is still busy with what was written here while it is measured
        service = door = stack.enter_context(running(folder, as_served, migrate=False))
        browser = HttpBrowser(service.url, "en")
        browser.get("/api/auth/GetCurrentUserId")
        browser.post("/accounts/signup/", username=USERNAME, password=PASSWORD)
        certificate = None
        if nginx:
            proxy_folder = folder / "proxy"
            proxy_folder.mkdir()
            door = stack.enter_context(proxied(proxy_folder, [service, service]))
            certificate = proxy_folder / "certificate.pem"
        yield Ground(service, door, cast_file, attacker, others_file, certificate)


def _take_password(user_id: int, on: Connection) -> None:
    statement = "UPDATE accounts SET password_hash = NULL WHERE user_id = :user_id"
    on.execute(text(statement), {"user_id": user_id})
    on.commit()


def _run(database: str, work: Callable[[Connection], None]) -> None:
    scheme, _, path = database.partition(":///")
    url = sqlite_url(Path(path)) if scheme == "sqlite" else postgres_url(database)
    run_on_connection(url, work)
