"""Addresses of databases; what is secret in them is in no text that is made here."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

POSTGRES = frozenset({"postgresql", "postgres", "postgresql+asyncpg"})
# What PostgreSQL's own programs call it, and what asyncpg does
_OPTIONS = {"sslmode": "ssl", "ssl": "ssl", "host": "host"}


def sqlite_url(path: Path) -> URL:
    """The address of a file, whatever characters are in its name."""
    return URL.create("sqlite", database=str(path))


def postgres_url(address: str) -> URL:
    """Of postgresql://, postgres:// or postgresql+asyncpg://; always by way of asyncpg.

    Raises ValueError.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise ValueError("the address of the PostgreSQL database cannot be read") from None
    if url.drivername not in POSTGRES or not url.database:
        raise ValueError("a PostgreSQL database is at postgresql://user:password@host:port/name")
    unknown = sorted(url.query.keys() - _OPTIONS)
    if unknown:
        raise ValueError(
            f"the address of the PostgreSQL database has an option {unknown[0]!a}; "
            f"known are {', '.join(sorted(_OPTIONS))}"
        )
    options = {_OPTIONS[name]: value for name, value in url.query.items()}
    return url.set(drivername="postgresql+asyncpg", query=options)


def shown(url: URL) -> str:
    """The address as it may be printed."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.render_as_string(hide_password=True)
