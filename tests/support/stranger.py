"""Tests as a stranger writes them, run by a pytest that knows nothing of our settings."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

SETTINGS = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
STRICT_SETTINGS = "[pytest]\nasyncio_default_fixture_loop_scope = function\n"


class _Recorder:
    """Notes what became of each test of a run."""

    def __init__(self) -> None:
        self.outcomes: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.failed:
            name = report.nodeid.partition("::")[2]
            self.outcomes[name] = f"{report.outcome} in {report.when}"


def outcomes_of(module: str, folder: Path, *names: str, settings: str = SETTINGS) -> dict[str, str]:
    """Runs a module of tests in this process, or only those named; answers what became of each."""
    file, recorder = folder / f"test_{uuid4().hex}.py", _Recorder()  # a module is loaded once
    file.write_text(module, encoding="utf-8")
    (folder / "pytest.ini").write_text(settings)
    options = ["-q", "-s", "-p", "no:cacheprovider", "-p", "no:xdist", f"--rootdir={folder}"]
    options += ["-c", str(folder / "pytest.ini"), "--import-mode=importlib"]
    which = [f"{file}::{name}" for name in names] or [str(file)]
    pytest.main([*options, *which], plugins=[recorder])
    return recorder.outcomes
