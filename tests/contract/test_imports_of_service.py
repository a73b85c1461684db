"""A process that serves imports nothing that it does not use."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path
from typing import Final

from tests.support.service_process import running

# What only migrations, other engines, workers of their own or other commands need. Python names a
# package that is tried in vain, too; so of some a module of it stands here
UNWANTED: Final = frozenset(
    {
        "PIL",
        "aiosqlite",
        "alembic",
        "asyncpg",
        "attendance_adapters.in_memory",
        "attendance_adapters.sql.migrate",
        "attendance_adapters.sql.postgres",
        "attendance_web.demo",
        "greenlet._greenlet",
        "jinja2",
        "mako",
        "pydantic.main",
        "pygments",
        "redis",
        "rich.console",
        "rich_click",
        "segno",
        "sqlalchemy.dialects.postgresql",
        "sqlalchemy.ext.asyncio",
        "sqlalchemy.orm",
        "xlsxwriter",
        "yaml",
    }
)


def imported_by(log: str) -> Set[str]:
    """Reads every module that a process has imported, as Python itself reports it."""
    lines = [line for line in log.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


def unwanted_among(modules: Set[str]) -> Set[str]:
    """Finds those that a process that serves has no use for, or packages of theirs."""
    return {each for each in UNWANTED if any(f"{name}.".startswith(f"{each}.") for name in modules)}


def test_a_service_imports_nothing_that_it_does_not_use(tmp_path: Path) -> None:
    with running(tmp_path, {"PYTHONPROFILEIMPORTTIME": "1"}) as service:
        assert service.get("/health/ready")[0] == 200
        modules = imported_by(service.said())
    assert "attendance_adapters.sql.sqlite" in modules
    assert not unwanted_among(modules)


def test_one_that_it_did_would_be_seen() -> None:
    log = "import time:       359 |      85504 |       alembic.config\nimport time: 1 | 1 | PILL\n"
    assert unwanted_among(imported_by(log)) == {"alembic"}
