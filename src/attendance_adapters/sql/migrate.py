"""Brings a database to the schema of this version."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.exc import DBAPIError

from attendance_adapters.errors import PendingMigration, UnusableDatabase

MIGRATIONS = Path(__file__).parent / "migrations"


def sqlite_url(path: Path) -> URL:
    """The address of a file, whatever characters are in its name."""
    return URL.create("sqlite", database=str(path))


def _config(url: str | URL) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def upgrade(url: str | URL) -> None:
    """To the newest revision, from whichever; a synchronous URL. Raises UnusableDatabase."""
    try:
        command.upgrade(_config(url), "head")
    except DBAPIError as error:
        raise _unusable(url, error) from error


def is_current(url: str | URL) -> bool:
    """Whether the database is at the newest revision. Raises UnusableDatabase."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        raise _unusable(url, error) from error
    finally:
        engine.dispose()
    return found == ScriptDirectory.from_config(_config(url)).get_current_head()


def _unusable(url: str | URL, error: DBAPIError) -> UnusableDatabase:
    return UnusableDatabase(f"{make_url(url).database}: {error.orig}")


def check(path: Path) -> None:
    """Raises PendingMigration where there is no such file, or not of the newest revision.

    Raises UnusableDatabase as well.
    """
    if not path.is_file() or not is_current(sqlite_url(path)):
        raise PendingMigration(f"the database {path} is not up to date: run `attendance migrate`")
