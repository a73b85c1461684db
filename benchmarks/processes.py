"""What a process costs, and how many sockets it may have."""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import Final

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
