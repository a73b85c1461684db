"""Of who has deleted their account nothing is left: not in the bytes of a file of SQLite or of its
log, in no row of PostgreSQL, in no file, in the notifier's server, or in the log of the service.

Contract: POST /accounts/delete/. What PostgreSQL keeps of rows that are gone, in its files and its
log, docs/privacy.md tells.
"""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import redis
from sqlalchemy import URL

from attendance_adapters import Attendance, connect, housekeeping
from attendance_core.testing.clock import TestClock
from tests.support.killable_servers import Valkey
from tests.support.leaver import Vera
from tests.support.log_stream import configured
from tests.support.postgres_databases import in_a_loop
from tests.support.quick_passwords import quickly_hashed
from tests.support.site import site_over
from tests.support.sqlite_file import an_empty_database

SCRUBBED_SECONDS = 20  # on a machine with much else to do
ReadContents = Callable[[], Iterator[tuple[str, bytes]]]


def reader_of_sqlite(path: Path) -> ReadContents:
    """Each byte of the file, of its log and of the log's index."""

    def reads() -> Iterator[tuple[str, bytes]]:
        for file in sorted(path.parent.glob(f"{path.name}*")):
            yield file.name, file.read_bytes()

    return reads


def reader_of_postgres(url: URL) -> ReadContents:
    """Each row of each table and view, in words."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)

    async def rows() -> list[tuple[str, bytes]]:
        connection = await asyncpg.connect(address)
        try:
            named = await connection.fetch(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            )
            return [
                (
                    name,
                    "\n".join(
                        row for (row,) in await connection.fetch(f'SELECT t::text FROM "{name}" t')
                    ).encode(),
                )
                for (name,) in named
            ]
        finally:
            await connection.close()

    return lambda: iter(in_a_loop(rows()))


def contents_of_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Each picture and scan, by its name, and each name."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
            yield "a name of a file", path.name.encode()


def contents_of_valkey(server: Valkey) -> Iterator[tuple[str, bytes]]:
    """Each key, and what is kept under it."""
    with closing(redis.Redis(port=server.port)) as client:
        keys: Any = client.keys("*")
        for key in keys:
            yield "a key", key
            kept: Any = client.dump(key)
            yield key.decode(), kept or b""


def found_in(contents: Iterator[tuple[str, bytes]], traces: dict[str, bytes]) -> dict[str, str]:
    """Which traces there are, and where the first of each is."""
    found: dict[str, str] = {}
    for where, content in contents:
        for name, trace in traces.items():
            if trace in content:
                found.setdefault(name, where)
    return found


def a_service(database_url: str, folder: Path, notifier_url: str, clock: TestClock) -> Attendance:
    """Over this database, with files in a folder."""
    files_url = (folder / "files").as_uri()
    with quickly_hashed():
        return connect(database_url, files_url=files_url, notifier_url=notifier_url, clock=clock)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, ReadContents]:
    """Where one is, at the newest revision, and what is read in it."""
    if request.param == "sqlite":
        path = an_empty_database(tmp_path)
        return f"sqlite:///{path}", reader_of_sqlite(path)
    url: URL = request.getfixturevalue("postgres_url")
    return url.set(drivername="postgresql").render_as_string(False), reader_of_postgres(url)


@pytest.mark.timeout(300)  # it waits for the disk some hundred times
async def test_nothing_is_left_of_who_has_deleted_their_account(
    database: tuple[str, ReadContents],
    tmp_path: Path,
    valkey: Valkey,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("SCRUB_EVERY", "FORGET_SCANS_EVERY"):
        monkeypatch.setattr(housekeeping, name, 0.1)
    url, reads = database
    log = io.StringIO()
    with ExitStack() as stack:
        stack.enter_context(configured("json", log))
        clock = TestClock()
        made = a_service(url, tmp_path, valkey.url, clock)
        async with site_over(made, clock) as site:

            def everywhere() -> Iterator[tuple[str, bytes]]:
                yield from reads()
                yield from contents_of_files(tmp_path / "files")
                yield from contents_of_valkey(valkey)
                yield "the log", log.getvalue().encode()

            vera = Vera(site, tmp_path)
            await vera.lives()
            assert len(vera.kept) >= 30
            assert vera.kept.keys() - found_in(everywhere(), vera.kept).keys() == set()
            assert found_in(everywhere(), vera.never) == {}
            await vera.goes()
            traces = vera.kept | vera.never | vera.earlier
            until = time.monotonic() + SCRUBBED_SECONDS
            while (remaining := found_in(everywhere(), traces)) and time.monotonic() < until:
                await asyncio.sleep(0.2)
            assert remaining == {}
            await vera.leaves_others_as_they_were()
