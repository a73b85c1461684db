"""A SQLite file at the newest revision, made once a run and copied."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from attendance_adapters.sql.addresses import sqlite_url
from attendance_adapters.sql.migrate import upgrade


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        upgrade(sqlite_url(path))
        return path.read_bytes()


def an_empty_database(folder: Path) -> Path:
    """A SQLite file at the newest revision."""
    path = folder / "attendance.db"
    path.write_bytes(_empty())
    return path


def opened_for(folder: Path | None) -> Path | None:
    """The folder, with a database that is up to date; nobody migrates one for each test."""
    if folder is not None and not (folder / "attendance.db").exists():
        an_empty_database(folder)
    return folder
