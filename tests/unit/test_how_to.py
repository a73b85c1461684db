"""What the pages show to whoever writes an adapter or tests a host runs as it is shown."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from attendance_core.testing.stores.transactions import ASKED_OF_A_STORE
from tests.support.docs_scripts import script
from tests.support.readme import blocks
from tests.support.stranger import outcomes_of

ROOT = Path(__file__).resolve().parents[2]
HOW_TO = ROOT / "docs" / "how-to"
PAGES = {"tests.md": 2, "an-adapter-of-your-own.md": 3}  # and how many examples each has


@pytest.mark.parametrize("name", PAGES)
def test_every_example_of_a_page_passes(name: str, tmp_path: Path) -> None:
    page = (HOW_TO / name).read_text(encoding="utf-8")
    examples = blocks("python", page)
    assert len(examples) == PAGES[name]
    (settings,) = blocks("ini", page)
    for number, example in enumerate(examples):
        folder = tmp_path / str(number)
        folder.mkdir()
        # The contract of a store is long, and our own memory store is tried by it elsewhere
        is_whole = "StoreContract" not in example
        found = outcomes_of(
            example,
            folder,
            *([] if is_whole else ["TestMyStore::TestTransact", "TestMarking"]),
            settings=settings,
        )
        passed = {each for each, outcome in found.items() if outcome == "passed in call"}
        skipped = {each for each, outcome in found.items() if outcome == "skipped in call"}
        assert passed
        assert passed | skipped == set(found)
        assert all("listed" in each or "claimed" in each for each in skipped)


def test_the_example_of_a_service_over_a_store_of_ones_own_runs_as_it_stands(
    tmp_path: Path,
) -> None:
    folder = ROOT / "examples" / "lmdb_store"
    (program,) = blocks("python", (folder / "README.md").read_text(encoding="utf-8"))
    (tmp_path / "service.py").write_text(program, encoding="utf-8")
    python_path = os.pathsep.join([str(folder), str(ROOT / "src")])
    done = subprocess.run(
        [sys.executable, "-W", "error", "service.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": python_path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "anna\n"), done.stderr


def test_the_page_of_adapters_names_all_that_a_service_asks_of_a_store() -> None:
    page = (HOW_TO / "an-adapter-of-your-own.md").read_text(encoding="utf-8")
    assert {*ASKED_OF_A_STORE} <= set(re.findall(r"`(\w+)`", page))


def imports(program: str) -> Iterator[tuple[str, str]]:
    """Lists what of ours a program imports: from which module which name."""
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("attendance_"):
            yield from ((str(node.module), each.name) for each in node.names)


def test_what_pages_and_examples_import_is_public() -> None:
    public = script("public_names")
    programs = {
        f"{path.name} {number}": block
        for path in [*HOW_TO.glob("*.md"), *(ROOT / "examples").rglob("*.md")]
        for number, block in enumerate(blocks("python", path.read_text(encoding="utf-8")))
    }
    for path in (ROOT / "examples").rglob("*.py"):
        programs[path.name] = path.read_text(encoding="utf-8")
    modules = public.modules()
    private = [
        (name, module, imported)
        for name, program in programs.items()
        for module, imported in imports(program)
        if f"{module}.{imported}" not in modules
        and (module not in modules or imported not in public.names_of(module))
    ]
    assert private == []
