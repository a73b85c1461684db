"""Logs on standard error, for a person (console) or for a program (JSON, an object a line).

Everything goes through here, the standard library's loggers too. Nothing that came from outside
can begin a line of its own or move the cursor of a terminal. Whoever logs sees to it that there
is no cookie, token, name or body in it.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final, Literal, TextIO

import structlog

from attendance_web.live.log_context import LOG_CONTEXT
from attendance_web.serving.log_floods import LogFloods

# What they say of their daily work is ours to say, or nobody's
CHATTY: Final = ("uvicorn", "alembic", "sqlalchemy", "litestar", "asyncio", "websockets")
INDENT: Final = "    "

EventDict = MutableMapping[str, Any]


def _add_frame(_: Any, __: str, event: EventDict) -> EventDict:
    """Adds which frame of which message a socket is at."""
    return {**LOG_CONTEXT.get({}), **event}


def configure(
    log_format: Literal["console", "json"],
    stream: TextIO | None = None,
    worker: int | None = None,
) -> None:
    """Sends all logs of this process to the stream, standard error where none is given.

    Each line of one ``worker`` among several says which one it is.
    """
    if worker is not None:
        structlog.contextvars.bind_contextvars(worker=worker)
    to = sys.stderr if stream is None else stream
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        _add_frame,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        escape,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(to)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _renderer(log_format, to),
            ],
        )
    )
    handler.addFilter(LogFloods(handler.handle))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _renderer(log_format: Literal["console", "json"], stream: TextIO) -> structlog.typing.Processor:
    """Makes what writes a line of the log."""
    if log_format == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def escape(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Writes out control characters; a traceback keeps its lines, none at the margin."""
    for key, value in event.items():
        if key == "exception":
            event[key] = "\n".join(INDENT + visible(line) for line in str(value).split("\n"))
        elif isinstance(value, str):
            event[key] = visible(value.strip() if key == "event" else value)
    return event


def visible(text: str) -> str:
    """Writes the text on one line, with nothing in it that a terminal would obey."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )
