"""Public programs that make clients of our descriptions, each in an environment of its own.

They are made in `build/generators` where they are missing, of the versions in `tests/generators`.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from pathlib import Path
from typing import Final

from benchmarks.environment import BUILD, python_with

SOURCES: Final = Path(__file__).parents[1] / "generators"
MOST_SECONDS: Final = 300  # that one step may take


async def run(*command: str | Path, cwd: Path, **env: str) -> str:
    """What a program writes, which has to end well."""
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        cwd=cwd,
        env={**os.environ, **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), MOST_SECONDS)
    except BaseException:
        process.kill()
        raise
    assert process.returncode == 0, said.decode()
    return said.decode()


async def python_generator() -> Path:
    """The folder of the programs of an environment with openapi-python-client. Raises NotMade."""
    folder = BUILD / "generators" / "python"
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = await asyncio.to_thread(
        python_with, ["openapi-python-client"], SOURCES / "constraints.txt", folder
    )
    return made.parent


async def node_folder(folder: Path) -> Path:
    """A folder for what node runs, with what `tests/generators` has for it and what that needs."""
    for source in SOURCES.iterdir():
        if source.suffix in {".ts", ".mjs", ".json"}:
            (folder / source.name).write_bytes(source.read_bytes())
    (folder / "node_modules").symlink_to(await _node_modules(), target_is_directory=True)
    return folder


async def _node_modules() -> Path:
    folder = BUILD / "generators" / "node"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = (SOURCES / "package.json").read_text(encoding="utf-8")
    stamp = folder / "made-of"
    with (folder / "lock").open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)  # another test may make it
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
            (folder / "package.json").write_text(wanted, encoding="utf-8")
            quietly = ("--no-package-lock", "--no-audit", "--no-fund", "--silent")
            await run("npm", "install", *quietly, cwd=folder)
            stamp.write_text(wanted, encoding="utf-8")
    return folder / "node_modules"
