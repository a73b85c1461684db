"""Which extra of ours brings a package that is missing, and how to install it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from typing import Final

from attendance_adapters.errors import MissingExtra
from attendance_core.version import how_to_install

# By the package as it is imported; others are not ours to name
EXTRAS: Final = {
    **dict.fromkeys(("alembic", "argon2", "obstore", "PIL", "punq", "sqlalchemy"), "sqlalchemy"),
    "asyncpg": "postgres",
    "redis": "redis",
    **dict.fromkeys(("authlib", "httpx2", "joserfc"), "oidc"),
    "xlsxwriter": "web",
}


@contextmanager
def needing(what: str) -> Iterator[None]:
    """Has an import for this, within the block, name the extra. Raises MissingExtra."""
    try:
        yield
    except ModuleNotFoundError as missing:
        package = (missing.name or "").partition(".")[0]
        if package not in EXTRAS:
            raise
        raise MissingExtra(_missing_text(package, what)) from None


def require(package: str, what: str) -> None:
    """Raises MissingExtra where a package is not installed that a process of ours works with."""
    if not _is_installed(package):
        raise MissingExtra(_missing_text(package, what))


@cache
def _is_installed(package: str) -> bool:
    return find_spec(package) is not None


def _missing_text(package: str, what: str) -> str:
    command = how_to_install(EXTRAS[package])
    return f"{package} is not installed, and {what} need it; please run: {command}"
