"""Each extra, installed alone, brings what works by it; and the core needs nothing."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

from attendance_core.version import DISTRIBUTION
from tests.package.promises import PROMISES
from tests.support.docs_scripts import script

ROOT = Path(__file__).resolve().parents[2]
EXTRAS: dict[str, list[str]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]["optional-dependencies"]
MOST_SECONDS = 600  # that an installation may take where packages come from afar


def test_every_extra_has_a_promise_and_is_described() -> None:
    assert EXTRAS.keys() <= PROMISES.keys()
    assert EXTRAS.keys() <= script("print_compatibility").EXTRAS.keys()


@pytest.mark.long
@pytest.mark.timeout(2 * MOST_SECONDS)
@pytest.mark.parametrize("extra", ["", *EXTRAS])
def test_an_extra_alone_keeps_what_it_promises(extra: str, wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "alone", with_pip=False)
    python = str(tmp_path / "alone" / "bin" / "python")
    wanted = f"{DISTRIBUTION}[{extra}] @ {wheel.as_uri()}" if extra else str(wheel)
    quietly = ("--quiet", "--disable-pip-version-check", "-c", str(ROOT / "constraints.txt"))
    for command in (
        # Little of it is imported, so that little needs to be compiled
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            python,
            "install",
            "--no-compile",
            *quietly,
            wanted,
        ],
        [python, "-I", str(ROOT / "tests" / "package" / "promises.py"), *filter(None, [extra])],
    ):
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, timeout=MOST_SECONDS, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "kept\n"
