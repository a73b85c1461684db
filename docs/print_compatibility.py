"""Writes the tables of docs/compatibility.md, from what is declared. Run by `make print`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import public_names

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "compatibility.md"
# What each is for, and what works with it alone; `tests/package/test_extras.py` tries that
EXTRAS: Final = {
    "": "the rules, over adapters of your own",
    "sqlalchemy": "`embedded()` and `connect()`: memory, SQLite, passwords, pictures and files",
    "live": "live rooms in a service of your own, beside a store",
    "postgres": "the same over PostgreSQL, and announcements by it",
    "redis": "announcements by Redis or Valkey, beside a store",
    "oidc": "log-in by a university, beside a store",
    "metrics": "the service, and what Prometheus reads of it",
    "web": "the service and the command `attendance`",
    "client": "a client of the service",
    "testing": "the tests for adapters of your own, beside pytest",
}


def project() -> dict[str, Any]:
    """Reads what pyproject.toml says of the package."""
    read: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return read["project"]


def pinned(file: str) -> dict[str, str]:
    """Reads the version of each package that a file of constraints names."""
    lines = [each.split("==") for each in (ROOT / file).read_text(encoding="utf-8").split()]
    return {_canonical(name): version for name, version in lines}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def public() -> Iterator[str]:
    """Yields the lines of the table of public modules."""
    yield "module | what is in it"
    yield "---|---"
    for module in public_names.modules():
        yield f"`{module}` | {public_names.MODULES[module]}"


def versions() -> Iterator[str]:
    """Yields the lines of the table of what we stand on."""
    lowest, ours = pinned("constraints-lowest.txt"), pinned("constraints.txt")
    needed: dict[str, tuple[str, list[str]]] = {}
    for extra, asked in project()["optional-dependencies"].items():
        for each in asked:
            name, allowed = re.match(r"([\w.-]+)(?:\[\w+\])?([^;]*)", each).groups()
            if _canonical(name) != project()["name"]:
                needed.setdefault(_canonical(name), (allowed.strip(), []))[1].append(extra)
    yield "package | allowed | lowest | developed with | of extra"
    yield "---|---|---|---|---"
    for name, (allowed, extras) in sorted(needed.items()):
        bounds = allowed.replace(",", ", ")
        yield f"{name} | {bounds} | {lowest[name]} | {ours[name]} | {', '.join(extras)}"


def extras() -> Iterator[str]:
    """Yields the lines of the table of extras."""
    yield "extra | what works with it alone"
    yield "---|---"
    for extra in ("", *project()["optional-dependencies"]):
        yield f"{f'`{extra}`' if extra else 'none'} | {EXTRAS[extra]}"


def printed(page: str) -> str:
    """Replaces the tables of a page's text by what they are to be today."""
    for part in (public, versions, extras):
        name, table = part.__name__, "\n".join(part())
        page, found = re.subn(
            rf"<!-- {name} -->\n.*?<!-- /{name} -->",
            lambda _, name=name, table=table: f"<!-- {name} -->\n\n{table}\n\n<!-- /{name} -->",
            page,
            flags=re.DOTALL,
        )
        assert found == 1, name
    return page


if __name__ == "__main__":
    PAGE.write_text(printed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
