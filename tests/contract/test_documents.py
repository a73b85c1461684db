"""What the documents say is so: the tables of the README, the page of the wire, and each promise of
security and privacy, which names the test that shows it.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest

from attendance_adapters.sql.tables import metadata
from attendance_core.errors import Refusal, ScanNotFound
from attendance_core.use_cases import UseCases
from attendance_web.routes import CALLS
from attendance_web.serving.metrics import COUNTERS, GAUGES
from attendance_web.settings import FROM_FILES, Settings
from tests.support.docs_scripts import script

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
KIT = ROOT / "src" / "attendance_core" / "testing"
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")
# Pages that name a test for whatever they promise, as it lies under `tests/`
PROMISING = {
    name: (DOCS / name).read_text(encoding="utf-8") for name in ("security.md", "privacy.md")
}
CITED = re.compile(r"`([\w/]+/(?:test_\w+\.py|[\w-]+\.test\.js))::([^`]+)`")
LOOKS_CITED = re.compile(r"`[^`\n]*(?:test_|\.test\.js)[^`\n]*`")
SHOWN_BY = "shown by"  # the heading of a table's last column
NO_TEST = "none, since "
USE_CASES = {kind.partition(".")[0] for kind in UseCases.__annotations__.values()}


def readme_rows(heading: str) -> list[list[str]]:
    """Reads the cells of the table with this heading, without their quotes."""
    _, _, rest = README.partition(f"\n| {heading} |")
    lines = rest.partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]


def descendants(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    """Finds every class that is a case of this one."""
    for each in kind.__subclasses__():
        yield each
        yield from descendants(each)


@cache
def is_a_test(named: str) -> bool:
    """Tells whether there is this file of tests, with this class."""
    file, _, name = named.partition("::")
    path = ROOT / "tests" / "contract" / f"{file}.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return not name or name in {each.name for each in tree.body if isinstance(each, ast.ClassDef)}


def names_in(tests: list[ast.stmt]) -> Iterator[str]:
    """Names what can be cited of a file of Python: tests, classes, and tests in classes."""
    for each in tests:
        if isinstance(each, ast.ClassDef) and each.name.startswith("Test"):
            yield each.name
            yield from (f"{each.name}::{name}" for name in names_in(each.body))
            if any(ast.unparse(base).endswith("Contract") for base in each.bases):
                yield from (f"{each.name}::{name}" for name in published())
        elif isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and (
            each.name.startswith("test_")
        ):
            yield each.name


@cache
def published() -> frozenset[str]:
    """Names the tests that whoever subclasses a contract of the kit has."""
    found: set[str] = set()
    for file in KIT.rglob("*.py"):
        body = ast.parse(file.read_text(encoding="utf-8")).body
        found.update(names_in(body))
        for each in body:
            if isinstance(each, ast.ClassDef) and each.name.endswith("Contract"):
                found.update(names_in(each.body))
    return frozenset(found)


@cache
def named_in(path: Path) -> frozenset[str]:
    """Names all that can be cited of a file of Python."""
    return frozenset(names_in(ast.parse(path.read_text(encoding="utf-8")).body))


def is_there(file: str, name: str) -> bool:
    """Tells whether there is this test, as a page names it."""
    path = ROOT / "tests" / file
    if not path.is_file():
        return False
    if path.suffix == ".js":
        return f'it("{name}"' in path.read_text(encoding="utf-8")
    return name in named_in(path)


def promises_of(page: str) -> Iterator[list[str]]:
    """Reads the cells of each row of a table that says what each is shown by."""
    for table in re.findall(r"^\|.*?\n(?=\n|\Z)", page, re.MULTILINE | re.DOTALL):
        heading, _, *lines = [line.strip("|").split(" | ") for line in table.splitlines()]
        if heading[-1].strip() == SHOWN_BY:
            assert all(len(line) == len(heading) for line in lines), heading
            yield from lines


def test_every_call_is_in_the_table_with_its_use_case_and_a_test() -> None:
    table = readme_rows("call")
    assert [row[:3] for row in table] == [
        [call.name, f"{call.method} {call.path}", call.use_case] for call in CALLS
    ]
    assert {row[2] for row in table} <= USE_CASES
    assert all(is_a_test(row[3]) for row in table)


def test_every_frame_is_in_the_table_with_its_use_case_and_a_test() -> None:
    table = readme_rows("socket")
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


def test_the_tables_of_versions_are_what_the_package_declares() -> None:
    page = (DOCS / "compatibility.md").read_text(encoding="utf-8")
    assert page == script("print_compatibility").printed(page), "make print prints them"


def test_every_link_leads_somewhere() -> None:
    """One into the reference does on the site alone, where `make docs` looks."""
    made = {DOCS / path for path in script("assemble_site").reference()}
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            there = page.parent / target
            assert there in made or there.exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("name", PROMISING)
def test_every_test_that_a_page_names_is_there(name: str) -> None:
    page = PROMISING[name]
    cited = [match.groups() for match in CITED.finditer(page)]
    assert [each for each in cited if not is_there(*each)] == []
    assert len(LOOKS_CITED.findall(page)) == len(cited) > 0


@pytest.mark.parametrize("name", PROMISING)
def test_whatever_a_page_promises_is_shown_by_a_test(name: str) -> None:
    promises = list(promises_of(PROMISING[name]))
    assert promises
    unshown = [
        first for first, *_, by in promises if not (CITED.search(by) or by.startswith(NO_TEST))
    ]
    assert unshown == []


@pytest.mark.parametrize(
    "cited",
    [
        "contract/test_documents.py::test_that_nobody_wrote",
        "contract/test_documents.py::TestNothing::test_every_link_leads_somewhere",
        "contract/test_nothing.py::test_every_link_leads_somewhere",
        "contract/test_documents.py::is_there",
        "page/session.test.js::leaves something",
    ],
)
def test_a_test_that_is_not_there_is_missed(cited: str) -> None:
    file, _, name = cited.partition("::")
    assert not is_there(file, name)


def test_every_table_of_the_database_is_in_the_page_of_privacy() -> None:
    promises = promises_of(PROMISING["privacy.md"])
    named = {
        each for promise in promises for cell in promise for each in re.findall(r"`(\w+)`", cell)
    }
    assert set(metadata.tables) <= named
