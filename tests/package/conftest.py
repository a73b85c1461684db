"""What is shipped, made as it is made for everybody else."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[2]


def build(target: str, folder: Path) -> Path:
    """Builds a wheel or an sdist; answers its one file."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="session")
def tracked() -> frozenset[str]:
    """The files that the repository has, or has soon, by their paths."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if asked.returncode:
        pytest.skip("this is no repository")
    return frozenset(each for each in asked.stdout.splitlines() if (ROOT / each).is_file())


@pytest.fixture(scope="module")
def wheel_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the wheel in it, and nothing that it needs."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder)
    with ZipFile(wheel) as opened:  # all that an installer does with one of Python alone
        opened.extractall(site_packages_of(folder))
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def site_packages(wheel_python: Path) -> Path:
    """Where that environment keeps what is installed in it."""
    return site_packages_of(wheel_python.parents[1])


def site_packages_of(environment: Path) -> Path:
    """Finds where an environment keeps what is installed in it."""
    return Path(sysconfig.get_path("purelib", "venv", {"base": str(environment)}))
