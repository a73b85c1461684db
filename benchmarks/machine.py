"""This machine and what is installed, and what a process of it costs."""

from __future__ import annotations

import os
import platform
import resource
import time
from importlib.metadata import version
from pathlib import Path
from typing import Final

from attendance_core.version import __version__

PACKAGES: Final = (
    *("litestar", "msgspec", "uvicorn", "uvloop", "httptools", "websockets"),
    *("sqlalchemy", "asyncpg", "redis"),
)
CPUCLOCK_SCHED: Final = 2  # as Linux calls a process's clock of what it was given of processors


def cpu_seconds(pids: tuple[int, ...]) -> float:
    """Measures what these processes have used, with threads that have ended, exactly."""
    # The clock's id is that of `make_process_cpuclock` in Linux, whose lowest three bits say which
    return sum(time.clock_gettime(~pid << 3 | CPUCLOCK_SCHED) for pid in pids)


def memory_kib(pid: int) -> float:
    """Measures how much memory of a process is resident."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return float(line.split()[1])
    raise ProcessLookupError(pid)


def with_children(pid: int) -> tuple[int, ...]:
    """Lists a process and those that it has started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return pid, *map(int, children.split())


def allow_many_sockets() -> None:
    """Lets this process, and those that it starts, have as many files open as they may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


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
