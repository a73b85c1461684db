"""The environment of a worker, which strangers feed, and which therefore has no secrets."""

from __future__ import annotations

import os
import sys

PASSED_VARIABLES = ("LD_LIBRARY_PATH", "SYSTEMROOT")


def worker_environment(*more_names: str) -> dict[str, str]:
    """Makes the environment of a worker: where its modules are, and variables of ours by name."""
    names = (*PASSED_VARIABLES, *more_names)
    passed = {name: os.environ[name] for name in names if name in os.environ}
    return {**passed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
