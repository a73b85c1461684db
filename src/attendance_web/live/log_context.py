"""Values that every line gets that is logged while a frame is carried out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

LOG_CONTEXT: Final[ContextVar[Mapping[str, object]]] = ContextVar("attendance.live.log_context")


@contextmanager
def logged_with(**values: object) -> Iterator[None]:
    """Adds these values to what is logged meanwhile."""
    reset = LOG_CONTEXT.set({**LOG_CONTEXT.get({}), **values})
    try:
        yield
    finally:
        LOG_CONTEXT.reset(reset)
