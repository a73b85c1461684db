"""Addresses of databases; no text that is made here has an address's password in it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

POSTGRES_SCHEMES = frozenset({"postgresql", "postgres", "postgresql+asyncpg"})
# From the names that PostgreSQL's own programs use to those of asyncpg
_ASYNCPG_OPTIONS = {"sslmode": "ssl", "ssl": "ssl", "host": "host"}


def sqlite_url(path: Path) -> URL:
    """Makes the URL of a file, whatever characters are in its name."""
    return URL.create("sqlite", database=str(path))


def postgres_url(address: str) -> URL:
    """Reads postgresql://, postgres:// or postgresql+asyncpg://; the URL is always asyncpg's.

    Raises ValueError.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise ValueError("the address of the PostgreSQL database cannot be read") from None
    if url.drivername not in POSTGRES_SCHEMES or not url.database:
        raise ValueError("a PostgreSQL database is at postgresql://user:password@host:port/name")
    unknown = sorted(url.query.keys() - _ASYNCPG_OPTIONS)
    if unknown:
        raise ValueError(
            f"the address of the PostgreSQL database has an option {unknown[0]!a}; "
            f"known are {', '.join(sorted(_ASYNCPG_OPTIONS))}"
        )
    options = {_ASYNCPG_OPTIONS[name]: value for name, value in url.query.items()}
    return url.set(drivername="postgresql+asyncpg", query=options)


def without_password(url: URL) -> str:
    """Makes the text of an address that may be printed."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.render_as_string(hide_password=True)
