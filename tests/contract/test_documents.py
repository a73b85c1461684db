"""What the documents say is so: the tables of the README, and the page of the wire."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from attendance_core.errors import Refusal, ScanNotFound
from attendance_core.use_cases import UseCases
from attendance_web.routes import CALLS
from attendance_web.serving.metrics import COUNTERS, GAUGES
from attendance_web.settings import FROM_FILES, Settings

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
USE_CASES = {kind.partition(".")[0] for kind in UseCases.__annotations__.values()}


def rows(heading: str) -> list[list[str]]:
    """The cells of the table with this heading, without their quotes."""
    _, _, rest = README.partition(f"\n| {heading} |")
    lines = rest.partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def descendants(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    """Every class that is a case of this one."""
    for each in kind.__subclasses__():
        yield each
        yield from descendants(each)


def is_a_test(named: str) -> bool:
    """Whether there is this file of tests, with this class."""
    file, _, name = named.partition("::")
    path = ROOT / "tests" / "contract" / f"{file}.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return not name or name in {each.name for each in tree.body if isinstance(each, ast.ClassDef)}


def test_every_call_is_in_the_table_with_its_use_case_and_a_test() -> None:
    table = rows("call")
    assert [row[:3] for row in table] == [
        [call.name, f"{call.method} {call.path}", call.use_case] for call in CALLS
    ]
    assert {row[2] for row in table} <= USE_CASES
    assert all(is_a_test(row[3]) for row in table)


def test_every_frame_is_in_the_table_with_its_use_case_and_a_test() -> None:
    table = rows("socket")
    told = set(re.findall(r"`([a-z_]+)`", " ".join("`" + row[1] + "`" for row in table)))
    page = (ROOT / "docs" / "wire.md").read_text(encoding="utf-8")
    assert set(re.findall(r'"message":"([a-z_]+)"', page)) <= told
    assert {row[2] for row in table} - {""} <= USE_CASES
    assert all(is_a_test(row[3]) for row in table)


def test_the_page_of_the_wire_is_what_make_docs_prints() -> None:
    printed = subprocess.run(
        [sys.executable, "docs/print_wire.py"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    assert (ROOT / "docs" / "wire.md").read_bytes() == printed


def test_every_code_of_a_refusal_is_on_the_page_of_the_wire() -> None:
    page = (ROOT / "docs" / "wire.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^`([a-z_]+)` \|", page, re.MULTILINE))
    refusals = set(descendants(Refusal)) - {ScanNotFound}  # of a command
    assert {each.code for each in refusals} <= told


def test_every_setting_is_in_the_page_of_operations() -> None:
    named = set(re.findall(r"\bATTENDANCE_[A-Z_]+[A-Z]\b", OPERATIONS))
    settings = {f"ATTENDANCE_{each.name.upper()}" for each in fields(Settings)}
    assert named == settings | {f"ATTENDANCE_{name.upper()}_FILE" for name in FROM_FILES}


def test_every_metric_is_in_the_page_of_operations() -> None:
    counted = {f"attendance_{name}" for name in GAUGES} | {
        f"attendance_{name}_total" for name in COUNTERS
    }
    timed = {f"attendance_{name}_seconds" for name in ("call", "command", "announcement_lag")}
    read = {f"attendance_{name}" for name in ("sockets", "waiting", "held")}
    named = set(re.findall(r"`(attendance_[a-z_]+)", OPERATIONS))
    assert named == counted | timed | read


def test_every_link_leads_somewhere() -> None:
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
