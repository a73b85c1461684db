"""What `make lowest` tries is what pyproject.toml allows."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

from attendance_core.version import DISTRIBUTION
from tests.support.constraints import pinned_versions

ROOT = Path(__file__).resolve().parents[2]


def needed() -> Iterator[Requirement]:
    """Reads whatever an extra asks for, but for other extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra in project["optional-dependencies"].values():
        for each in map(Requirement, extra):
            if each.name != DISTRIBUTION:
                yield each


def test_every_lower_bound_is_tried_and_nothing_else() -> None:
    lowest = {each.name: re.findall(r">=([\d.]+)", str(each.specifier)) for each in needed()}
    assert {
        name: [version]
        for name, version in pinned_versions(ROOT / "constraints-lowest.txt").items()
    } == lowest


def test_what_we_develop_with_is_allowed() -> None:
    ours = pinned_versions(ROOT / "constraints.txt")
    for each in needed():
        assert ours[each.name] in each.specifier, each


def test_the_tests_that_try_them_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (tried,) = re.findall(r"^TRIED := ((?:.*\\\n)*.*)$", makefile, re.MULTILINE)
    files = {each.partition("::")[0] for each in tried.replace("\\\n", " ").split()}
    assert {each for each in files if not (ROOT / each).exists()} == set()
