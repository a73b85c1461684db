"""A service of two worker processes over PostgreSQL and Valkey, and which of them serves whom.

A test module imports the fixtures it wants: `settings`, `two_workers`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from tests.support.killable_servers import Valkey
from tests.support.people import Person
from tests.support.postgres_databases import a_database
from tests.support.service_process import GRACE_SECONDS, Service, running
from tests.support.wires import Wire


@pytest.fixture
def settings(valkey: Valkey, tmp_path: Path, postgres_server: str) -> Iterator[dict[str, str]]:
    """Of every process of one test."""
    with a_database(postgres_server) as url:
        yield {
            "ATTENDANCE_DATABASE_URL": url.render_as_string(hide_password=False),
            "ATTENDANCE_NOTIFIER_URL": valkey.url,
            "ATTENDANCE_FILES_URL": (tmp_path / "files").as_uri(),
            "ATTENDANCE_GRACE_SECONDS": str(GRACE_SECONDS),
        }


@pytest.fixture
def two_workers(tmp_path: Path, settings: dict[str, str]) -> Iterator[Service]:
    with running(tmp_path, {**settings, "ATTENDANCE_WORKERS": "2"}) as service:
        yield service


def workers_of(service: Service) -> list[psutil.Process]:
    """Lists the worker processes that live, the oldest first."""
    children = psutil.Process(service.process.pid).children()
    return sorted(children, key=lambda each: each.create_time())


def worker_at(service: Service, wire: Wire) -> psutil.Process | None:
    """Finds the worker that serves a socket."""
    port = wire.connection.local_address[1]
    for worker in workers_of(service):
        for connection in worker.net_connections("tcp"):
            if connection.raddr and connection.raddr.port == port:
                return worker
    return None


@asynccontextmanager
async def opened(
    service: Service, person: Person, role: str, event_id: str, worker: psutil.Process
) -> AsyncIterator[Wire]:
    """Opens a socket at this worker: others that came elsewhere are closed again."""
    for _ in range(200):
        async with person.opens(role, event_id) as wire:
            if worker_at(service, wire) == worker:
                yield wire
                return
    raise AssertionError("no socket came to this worker")
