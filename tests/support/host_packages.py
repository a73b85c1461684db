"""What a host brings along that must not be beside us: FastAPI has pydantic, which Litestar imports
wherever it is installed. It is put in a folder of its own, once. Where it cannot be had, its tests
are skipped; with `ATTENDANCE_TEST_HOSTS=required`, as in `.ci/run`, they fail.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from benchmarks.environment import BUILD, make_once

ROOT: Final = Path(__file__).resolve().parents[2]
MOST_SECONDS: Final = 300  # that it may take


def packages_of(example: str) -> Path:
    """Finds the folder with all that the requirements of this example name; skips without it."""
    wanted = (ROOT / "examples" / example / "requirements.txt").read_text(encoding="utf-8")
    folder = BUILD / "hosts" / example

    def install() -> None:
        command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
        command += ["--quiet", "--upgrade", "--target", str(folder), *wanted.split()]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=MOST_SECONDS, check=False
        )
        if done.returncode:
            why = f"{example} cannot have what it needs: {done.stderr[-200:]}"
            assert os.environ.get("ATTENDANCE_TEST_HOSTS") != "required", why
            pytest.skip(why)

    make_once(folder, f"{sys.version}\n{wanted}", install)
    return folder
