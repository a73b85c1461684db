"""The service's logs for a while, to where a test reads them."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import structlog

from attendance_web.serving import logs


@contextmanager
def restored_logging() -> Iterator[None]:
    """Has logs go, after the block, where they went before."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs.CHATTY}
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        for name, before in levels.items():
            logging.getLogger(name).setLevel(before)
        structlog.reset_defaults()


@contextmanager
def configured(log_format: Literal["console", "json"], stream: io.StringIO) -> Iterator[None]:
    """Has all logs go to this stream during the block."""
    with restored_logging():
        logs.configure(log_format, stream)
        yield
