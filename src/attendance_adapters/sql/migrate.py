"""Brings a database to the schema of this version, by one history for every engine."""

from __future__ import annotations

import itertools
from functools import cache
from time import sleep

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import RevisionStep
from alembic.script import Script, ScriptDirectory
from sqlalchemy import URL, Connection

from attendance_adapters.sql.maintenance import (
    BATCH_PAUSE_SECONDS,
    LONG_SQLITE_BUSY_SECONDS,
    keep_others_out,
    run_on_connection,
    run_patiently,
)
from attendance_adapters.sql.revisions import MIGRATIONS, revision_of


def upgrade(url: URL, revision: str = "head") -> None:
    """Brings a database to a revision, the newest unless given, from whichever it is at.

    Each revision is a transaction of its own, and each batch of one that goes through many rows:
    whoever writes meanwhile waits for no more than a batch, and where a process dies the next one
    goes on. Waits for a migration that another process has begun. Leaves a database as it is that
    a newer version of this code has migrated. Raises UnusableDatabase.
    """

    def run(connection: Connection) -> None:
        keep_others_out(connection)
        run_patiently(connection, lambda: _take_steps(connection, revision))

    run_on_connection(url, run, sqlite_busy_seconds=LONG_SQLITE_BUSY_SECONDS)


def _take_steps(connection: Connection, target: str) -> None:
    """Takes a step a transaction, which begins by looking what is to be done.

    So two processes may go on by turns, as they do on SQLite: each from where the other was.
    What a script does in `before_upgrade` is committed wherever it yields.
    """
    while (script := _next_script(connection, target)) is not None:
        before_upgrade = getattr(script.module, "before_upgrade", None)
        for _ in before_upgrade(connection) if before_upgrade is not None else ():
            connection.commit()
            sleep(BATCH_PAUSE_SECONDS)
            next_now = _next_script(connection, target)
            if next_now is None or next_now.revision != script.revision:
                break  # another process has done the rest
        else:
            _take_step(connection, script)
        connection.commit()


def _take_step(connection: Connection, script: Script) -> None:
    """Runs one script; `alembic.command` would load all of them anew for each."""
    config, scripts = Config(), _scripts()
    config.attributes["connection"] = connection
    step = RevisionStep.upgrade_from_script(scripts.revision_map, script)
    with EnvironmentContext(config, scripts, fn=lambda *_: [step]):
        scripts.run_env()


def _next_script(connection: Connection, target: str) -> Script | None:
    """Finds the revision that comes behind the one the database is at.

    Returns None at the target, behind it, and where a newer version has migrated.
    """
    revision = revision_of(connection)
    scripts_to_target = [*_scripts().walk_revisions("base", target)][::-1]
    if revision is None:
        return scripts_to_target[0]
    present_and_later = itertools.dropwhile(
        lambda script: script.revision != revision, scripts_to_target
    )
    return next(itertools.islice(present_and_later, 1, None), None)


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))
