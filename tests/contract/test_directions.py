"""Who may import whom: the contracts of pyproject.toml hold, and each of them can fail."""

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support import lints_offences
from tests.support.imports_read import ROOT, imported_from, imports_in

CORE = ROOT / "src" / "attendance_core"
KIT_FILES = sorted((CORE / "testing").rglob("*.py"))  # which may know pytest, too
CORE_FILES = sorted({*CORE.rglob("*.py")} - {*KIT_FILES})
# Contract that must break: the file an offence is planted in, the offence itself.
OFFENCES = [
    ("core-knows-nobody", "attendance_core/offence.py", "import attendance_adapters"),
    ("core-knows-nobody", "attendance_core/offence.py", "import attendance_web"),
    ("core-knows-nobody", "attendance_core/offence.py", "import sqlalchemy"),
    ("only-the-kit-tests", "attendance_core/offence.py", "import pytest"),
    ("only-the-kit-tests", "attendance_core/marking/moves.py", "import hypothesis"),
    ("core-knows-nobody", "attendance_core/testing/clock.py", "import attendance_adapters"),
    ("core-in-layers", "attendance_core/building.py", "import attendance_core.testing"),
    ("adapters-know-no-web", "attendance_adapters/offence.py", "import attendance_web"),
    ("only-main-knows-adapters", "attendance_web/offence.py", "import attendance_adapters"),
    ("core-in-layers", "attendance_core/marking/places.py", "import attendance_core.events"),
    ("core-in-layers", "attendance_core/profiles/scans.py", "import attendance_core.attendance"),
    ("core-in-layers", "attendance_core/ports/files.py", "import attendance_core.marking.places"),
    ("errors-in-layers", "attendance_core/errors/events.py", "from . import marking"),
    ("errors-in-layers", "attendance_core/errors/general.py", "from . import events"),
    ("errors-in-layers", "attendance_core/errors/offence.py", ""),
    ("profiles-in-layers", "attendance_core/profiles/scans.py", "from . import profile"),
    ("events-in-layers", "attendance_core/events/event.py", "from . import lists"),
    ("marking-in-layers", "attendance_core/marking/places.py", "from . import connections"),
    ("marking-in-layers", "attendance_core/marking/moves.py", "from . import commands"),
    ("marking-in-layers", "attendance_core/marking/offence.py", ""),
    ("live-knows-no-framework", "attendance_web/live/offence.py", "import attendance_web.http"),
    ("live-knows-no-framework", "attendance_web/live/offence.py", "import litestar"),
    ("live-knows-no-framework", "attendance_web/asgi/offence.py", "import uvicorn"),
    ("live-knows-no-asgi", "attendance_web/live/offence.py", "import attendance_web.asgi"),
    ("http-knows-no-live", "attendance_web/http/offence.py", "import attendance_web.live"),
    ("http-knows-no-live", "attendance_web/friends.py", "import attendance_web.serving"),
    ("wire-knows-nobody", "attendance_web/wire/offence.py", "import attendance_web.http"),
    ("client-knows-no-service", "attendance_web/client/offence.py", "import attendance_web.http"),
    ("client-knows-no-service", "attendance_web/structs/offence.py", "import litestar"),
    ("slices-know-http-only", "attendance_web/http/offence.py", "import attendance_web.events"),
    ("slices-know-http-only", "attendance_web/serving/offence.py", "import attendance_web.main"),
]
# Only these may name types whose modules import them: a store's row, and what it is a row of
TYPES_MAY_RUN_BACK = {"ports", "repositories"}


def lint_imports() -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def said_of(copy: Path, offences: Sequence[tuple[str, str, str]]) -> list[str]:
    """Reads what import-linter says of each offence, planted in this copy."""
    done = subprocess.run(
        [sys.executable, "-m", lints_offences.__name__, json.dumps(offences)],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": f"{copy / 'src'}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: list[str] = json.loads(done.stdout)
    return said


# What any host can import, wherever it has us from the wheel alone and msgspec
ROOMS_FOR_ANY_HOST = ("live", "asgi", "structs", "wire")
FOR_ANY_HOST = sorted(
    file
    for room in ROOMS_FOR_ANY_HOST
    for file in (ROOT / "src" / "attendance_web" / room).rglob("*.py")
)


def foreign_imports(source: str) -> set[str]:
    """Finds the top packages a file imports that are neither the core nor the standard library."""
    tops: set[str] = set()
    for node in imports_in(source):
        if isinstance(node, ast.Import):
            tops |= {alias.name.partition(".")[0] for alias in node.names}
        elif node.level == 0 and node.module:
            tops.add(node.module.partition(".")[0])
    return tops - sys.stdlib_module_names - {"attendance_core"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the packages that a test may spoil."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=ignore)
    return tmp_path


def test_imports_go_one_way() -> None:
    done = lint_imports()
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_import_the_wrong_way_is_caught(copy: Path) -> None:
    """Others are planted with it, of other contracts: it is named for what it imports itself."""
    for (contract, file, text), said in zip(OFFENCES, said_of(copy, OFFENCES), strict=True):
        assert "0 kept, 1 broken" in said, (contract, file, said)
        module = file.removesuffix(".py").replace("/", ".")
        assert (f"{module} -> " if text else module) in said, (contract, file, said)


def test_main_may_import_the_adapters(copy: Path) -> None:
    (copy / "src/attendance_web/main.py").write_text("import attendance_adapters\n")
    allowed = ("attendance_web/through_main.py", "import attendance_web.main")
    (said,) = said_of(copy, [("only-main-knows-adapters", *allowed)])
    assert "1 kept, 0 broken" in said


def test_types_are_imported_like_values() -> None:
    behind = {file for file in CORE_FILES if "TYPE_CHECKING" in file.read_text(encoding="utf-8")}
    assert [file for file in behind if not {file.name, file.parent.name} & TYPES_MAY_RUN_BACK] == []


def test_the_core_stands_on_the_standard_library_only() -> None:
    for file in CORE_FILES:
        assert foreign_imports(file.read_text(encoding="utf-8")) == set(), file


def test_the_kit_stands_on_what_tests_are_written_with() -> None:
    for file in KIT_FILES:
        found = foreign_imports(file.read_text(encoding="utf-8"))
        assert found <= {"hypothesis", "pytest", "pytest_asyncio"}, file


def test_a_foreign_import_in_the_core_is_seen() -> None:
    source = "import os, attrs\nfrom yaml.nodes import Node\nfrom . import errors\n"
    assert foreign_imports(source) == {"attrs", "yaml"}


def test_live_rooms_need_the_core_and_msgspec() -> None:
    rooms = {f"attendance_web.{room}" for room in ROOMS_FOR_ANY_HOST}
    for file in FOR_ANY_HOST:
        source = file.read_text(encoding="utf-8")
        assert foreign_imports(source) <= {"msgspec", "attendance_web"}, file
        ours = {".".join(each.split(".")[:2]) for each in imported_from(source)}
        assert {each for each in ours if each.startswith("attendance_web")} <= rooms, file


def test_an_import_that_not_every_host_has_is_seen() -> None:
    source = "import msgspec, starlette\nfrom attendance_web.http import call\n"
    assert foreign_imports(source) == {"msgspec", "starlette", "attendance_web"}
    assert "attendance_web.http.call" in imported_from(source)
