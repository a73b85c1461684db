"""This machine, and what is installed on it."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Final

from attendance_core.version import __version__

PACKAGES: Final = (
    *("litestar", "msgspec", "uvicorn", "uvloop", "httptools", "websockets"),
    *("sqlalchemy", "asyncpg", "redis"),
)


def machine() -> dict[str, str]:
    """Describes the machine that runs this."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processors": f"{os.cpu_count()} x {_processor()}",
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
    }


def versions() -> dict[str, str]:
    """Lists the versions of what is measured, and of what it stands on."""
    found = {name: version(name) for name in PACKAGES}
    return {"peer-attendance": __version__, "python": platform.python_version(), **found}


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
