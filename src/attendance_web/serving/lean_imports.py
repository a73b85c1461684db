"""Leaves out of what a process that serves imports whatever it never uses."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Final

# rich draws tracebacks, and ours are plain; greenlets are told apart by a part of structlog that
# nobody here uses. Without them it does as where they are not installed
UNUSED_BY_STRUCTLOG: Final = {"rich": None, "greenlet": None}
# Litestar would write its own description in it. It does not ask whether there is one
UNUSED_BY_LITESTAR: Final = {"yaml": ModuleType("yaml")}


def import_what_serves() -> None:
    """Imports structlog and Litestar without what they import and never use here.

    They would cost a process that serves 6 MB, and its start a tenth of the time. Whoever wants one
    of those packages may import it afterwards.
    """
    with _in_place_of(UNUSED_BY_STRUCTLOG, "structlog"):
        import structlog  # noqa: F401
    with _in_place_of(UNUSED_BY_LITESTAR, "litestar"):
        import litestar.openapi.plugins  # noqa: F401


@contextmanager
def _in_place_of(unused: Mapping[str, ModuleType | None], importer: str) -> Iterator[None]:
    """Has these be imported instead, where neither they nor who wants them were before."""
    modules: dict[str, Any] = sys.modules
    stand_ins = {} if importer in modules else {k: v for k, v in unused.items() if k not in modules}
    modules.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            del modules[name]
