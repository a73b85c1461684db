"""The programs of `docs`, in this process: they import each other by their bare names."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final

DOCS: Final = Path(__file__).resolve().parents[2] / "docs"


def script(name: str) -> Any:
    """Imports one of them."""
    if str(DOCS) not in sys.path:
        sys.path.append(str(DOCS))
    return import_module(name)
