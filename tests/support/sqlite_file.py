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
    """Puts a SQLite file at the newest revision into a folder; answers its path."""
    path = folder / "attendance.db"
    path.write_bytes(_empty())
    return path


def folder_with_database(folder: Path | None) -> Path | None:
    """Puts a database that is up to date into a folder, if one is given, and answers the folder."""
    if folder is not None and not (folder / "attendance.db").exists():
        an_empty_database(folder)
    return folder
