"""Public programs that make clients of our descriptions, each in an environment of its own.

They are made in `build/generators` where they are missing, of the versions in `tests/generators`.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Final

from benchmarks.environment import BUILD, make_once, python_with

SOURCES: Final = Path(__file__).parents[1] / "generators"
MOST_SECONDS: Final = 300  # that one step may take


async def run(*command: str | Path, cwd: Path, **env: str) -> str:
    """Runs a program, which has to end well; answers what it writes."""
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


async def python_generator_bin() -> Path:
    """Finds the folder of programs of an environment with openapi-python-client.

    Raises NotMade.
    """
    folder = BUILD / "generators" / "python"
    python = await asyncio.to_thread(
        python_with, ["openapi-python-client"], SOURCES / "constraints.txt", folder
    )
    return python.parent


async def fill_node_folder(folder: Path) -> Path:
    """Fills a folder for node with what `tests/generators` has for it, and what that needs."""
    for source in SOURCES.iterdir():
        if source.suffix in {".ts", ".mjs", ".json"}:
            (folder / source.name).write_bytes(source.read_bytes())
    (folder / "node_modules").symlink_to(await _node_modules(), target_is_directory=True)
    return folder


async def _node_modules() -> Path:
    folder = BUILD / "generators" / "node"
    wanted = (SOURCES / "package.json").read_text(encoding="utf-8")

    def install() -> None:
        folder.mkdir(exist_ok=True)
        (folder / "package.json").write_text(wanted, encoding="utf-8")
        quietly = ("--no-package-lock", "--no-audit", "--no-fund", "--silent")
        asyncio.run(run("npm", "install", *quietly, cwd=folder))

    await asyncio.to_thread(make_once, folder, wanted, install)
    return folder / "node_modules"
