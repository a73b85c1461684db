"""What a process of ours is told, that strangers feed: no secrets."""

from __future__ import annotations

import os
import sys

PASSED_VARIABLES = ("LD_LIBRARY_PATH", "SYSTEMROOT")


def worker_environment(*more: str) -> dict[str, str]:
    """Makes the environment of a worker: where its modules are, and these variables."""
    names = (*PASSED_VARIABLES, *more)
    passed = {name: os.environ[name] for name in names if name in os.environ}
    return {**passed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
