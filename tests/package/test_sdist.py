"""The source distribution: whoever has it can run the tests that are in it."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as opened:
        opened.extractall(folder, filter="data")
    (top,) = folder.iterdir()
    return top


def run_tests(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs tests of it, over its own sources."""
    # To compile every assertion so that it says what it compared takes as long again
    quickly = ["-q", "-p", "no:cacheprovider", "--assert=plain"]
    command = [sys.executable, "-m", "pytest", *quickly, *arguments]
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    return subprocess.run(
        command,
        cwd=folder,
        env={**environment, "PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_everything_in_the_repository_is_in_it(unpacked: Path, tracked: frozenset[str]) -> None:
    assert [each for each in sorted(tracked) if not (unpacked / each).is_file()] == []


def test_nothing_else_is_in_it(unpacked: Path, tracked: frozenset[str]) -> None:
    there = {str(each.relative_to(unpacked)) for each in unpacked.rglob("*") if each.is_file()}
    assert there - tracked == {"PKG-INFO"}


def test_its_tests_can_be_collected(unpacked: Path) -> None:
    done = run_tests(unpacked, "--collect-only")
    assert done.returncode == 0, done.stdout + done.stderr


def test_those_that_read_other_files_of_it_pass(unpacked: Path) -> None:
    done = run_tests(unpacked, "tests/contract/test_documents.py", "tests/contract/test_deploy.py")
    assert done.returncode == 0, done.stdout + done.stderr
