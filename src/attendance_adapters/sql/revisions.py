"""Which revision a database is at, looked up without what only migrations need.

Whoever serves asks at the start, and neither loads nor keeps all that can change a schema.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import URL, Connection, inspect

from attendance_adapters.errors import PendingMigration
from attendance_adapters.sql.addresses import without_password
from attendance_adapters.sql.maintenance import run_on_connection

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version"


def is_current(url: URL) -> bool:
    """Tells whether a database is at the newest revision, or at that of a newer version.

    A newer version changes nothing that this one reads, so that both can run while one replaces
    the other. Raises UnusableDatabase.
    """
    revision = run_on_connection(url, revision_of)
    *earlier, _ = known_revisions()
    return revision is not None and revision not in earlier


@cache
def known_revisions() -> tuple[str, ...]:
    """Lists those of this version in their order, by the names of their files."""
    return tuple(sorted(path.name[:4] for path in MIGRATIONS.glob("versions/[0-9]*.py")))


def revision_of(connection: Connection) -> str | None:
    """Reads the revision of a database; None where nobody has migrated it."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}")
    revision: str | None = found.scalar_one_or_none()
    return revision


def require_current(url: URL) -> None:
    """Requires that a database is there, and at the newest revision or a newer version's.

    Raises PendingMigration, UnusableDatabase.
    """
    is_sqlite = url.get_backend_name() == "sqlite"
    if (is_sqlite and not Path(url.database or "").is_file()) or not is_current(url):
        raise PendingMigration(
            f"the database {without_password(url)} is not up to date: run `attendance migrate`, or "
            "have a program call `attendance_adapters.migrate` with its address"
        )
