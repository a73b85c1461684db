"""Whoever imports the core is not kept waiting: judged by what is loaded, not by a clock."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SRC = Path(__file__).resolve().parents[2] / "src"
LOADED = """
import json, sys
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
import attendance_core
{more}
print(json.dumps(sorted(set(sys.modules) - before)))
"""
MOST_MODULES = 60  # of which a dozen make a millisecond; all of the core are a hundred more


def modules_loaded_by(more: str = "") -> set[str]:
    """Runs a bare Python; answers what it has loaded after this, beyond what it begins with."""
    command = [sys.executable, "-S", "-E", "-c", LOADED.format(more=more), str(SRC)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return set(json.loads(said))


def test_the_core_loads_nothing_of_itself_until_it_is_used() -> None:
    modules = modules_loaded_by()
    assert {each for each in modules if each.startswith("attendance")} == {
        "attendance_core",
        "attendance_core.version",
    }
    assert len(modules) < MOST_MODULES
    assert not modules & {"dataclasses", "inspect", "asyncio"}  # which take longest


def test_all_of_it_is_the_standard_library() -> None:
    modules = modules_loaded_by("from attendance_core import *")
    assert "attendance_core.use_cases" in modules
    ours = {each for each in modules if each.partition(".")[0] == "attendance_core"}
    assert {each.partition(".")[0] for each in modules - ours} <= sys.stdlib_module_names
