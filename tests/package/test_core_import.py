"""Importing the core loads little, which is what makes it quick, and nothing that is installed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SRC = Path(__file__).resolve().parents[2] / "src"
PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
import attendance_core
{statements}
print(json.dumps(sorted(set(sys.modules) - before)))
"""
# A dozen of them take a millisecond; all modules of the core would be a hundred more
MAX_MODULES = 60


def modules_loaded_by(statements: str = "") -> set[str]:
    """Imports the core in a bare Python, runs these statements; answers what that has loaded."""
    command = [sys.executable, "-S", "-E", "-c", PROGRAM.format(statements=statements), str(SRC)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return set(json.loads(output))


def test_the_core_loads_nothing_of_itself_until_it_is_used() -> None:
    modules = modules_loaded_by()
    assert {each for each in modules if each.startswith("attendance")} == {
        "attendance_core",
        "attendance_core.version",
    }
    assert len(modules) <= MAX_MODULES
    assert not modules & {"dataclasses", "inspect", "asyncio"}  # which take longest


def test_all_that_the_core_loads_beside_itself_is_the_standard_library() -> None:
    modules = modules_loaded_by("from attendance_core import *")
    assert "attendance_core.use_cases" in modules
    ours = {each for each in modules if each.partition(".")[0] == "attendance_core"}
    assert {each.partition(".")[0] for each in modules - ours} <= sys.stdlib_module_names
