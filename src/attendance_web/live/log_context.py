"""What every line says that is logged while a frame is carried out: of which frame it is.

What others are told by the way has contexts of its own, which know nothing of that frame: their
writers, and the tasks of a room.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

LOG_CONTEXT: Final[ContextVar[Mapping[str, object]]] = ContextVar("attendance.live.log_context")


@contextmanager
def logged_with(**values: object) -> Iterator[None]:
    """Adds these values to what is logged in this block, and in what it calls or begins."""
    reset = LOG_CONTEXT.set({**LOG_CONTEXT.get({}), **values})
    try:
        yield
    finally:
        LOG_CONTEXT.reset(reset)
