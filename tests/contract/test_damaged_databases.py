"""A database file with a page overwritten does not start as if nothing were wrong."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from attendance_adapters.errors import UnusableDatabase
from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql import sqlite
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_core.testing.clock import TestClock
from tests.support.sqlite_file import an_empty_database

PAGE_BYTES = 4096  # as SQLite makes them


async def start_and_close(path: Path) -> None:
    store = SqliteStore(path, TestClock(), LocalNotifier())
    try:
        await store.start()
    finally:
        await store.close()


@pytest.mark.parametrize(
    "content", [bytes(PAGE_BYTES), os.urandom(PAGE_BYTES)], ids=["nothing", "noise"]
)
async def test_a_file_with_a_page_overwritten_does_not_start(
    tmp_path: Path, content: bytes
) -> None:
    path = an_empty_database(tmp_path)
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA page_size").fetchone() == (PAGE_BYTES,)
        file.execute("VACUUM")  # of free pages, as a dropped table leaves them: those harm nobody
    whole = path.read_bytes()
    for offset in range(PAGE_BYTES, len(whole), 3 * PAGE_BYTES):  # each third
        path.write_bytes(whole[:offset] + content + whole[offset + PAGE_BYTES :])
        with pytest.raises(UnusableDatabase) as refused:
            await start_and_close(path)
        assert str(path) in str(refused.value)
        assert "\n" not in str(refused.value)
    path.write_bytes(whole)
    await start_and_close(path)


async def test_a_file_too_large_to_be_looked_through_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sqlite, "CHECK_SECONDS", -1.0)
    monkeypatch.setattr(sqlite, "INSTRUCTIONS_PER_TIME_CHECK", 1)
    await start_and_close(an_empty_database(tmp_path))
    assert "is too large to be checked at the start" in caplog.text
