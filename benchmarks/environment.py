"""Environments of their own, each made once of what it needs.

The idiom has one: FastAPI brings pydantic, which Litestar imports wherever it is installed, so that
the service would be measured with it.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

BUILD: Final = Path(__file__).parents[1] / "build"
CONSTRAINTS: Final = Path(__file__).parent / "floors" / "idiom" / "constraints.txt"
NEEDED: Final = (
    *("fastapi", "uvicorn", "uvloop", "httptools", "websockets"),
    *("sqlalchemy[asyncio]", "asyncpg", "redis"),
)
MOST_SECONDS: Final = 300  # that one step of making it may take


class NotMade(Exception):
    """The environment cannot be made here; the text says why."""


def python_of_idiom(folder: Path = BUILD / "idiom") -> Path:
    """Finds its interpreter, and makes the environment where it is missing. Raises NotMade."""
    return python_with(NEEDED, CONSTRAINTS, folder)


def python_with(needed: Sequence[str], constraints: Path, folder: Path) -> Path:
    """Finds the interpreter of an environment of its own that has what is ``needed``.

    It is made where it is missing, or of other versions than ``constraints`` says. Raises NotMade.
    """
    python = folder / "bin" / "python"

    def make() -> None:
        _run(sys.executable, "-m", "venv", "--clear", str(folder))
        pip = (str(python), "-m", "pip", "install", "--disable-pip-version-check", "--quiet")
        _run(*pip, "--constraint", str(constraints), *needed)

    make_once(folder, f"{sys.version}\n{constraints.read_text(encoding='utf-8')}", make)
    return python


def make_once(folder: Path, made_of: str, make: Callable[[], None]) -> None:
    """Makes what belongs into a folder, unless it was made of the same before.

    Several processes may want it at once: one makes it, and the others wait. Raises what making it
    raises; whoever comes next tries again.
    """
    stamp = folder / "made-of"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != made_of:
            make()
            folder.mkdir(exist_ok=True)
            stamp.write_text(made_of, encoding="utf-8")


def _run(*command: str) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=MOST_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotMade(str(error)) from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise NotMade(f"{' '.join(command[1:4])}: {said[-1] if said else done.returncode}")
