"""Logs on standard error, for a person (console) or for a program (JSON, an object a line).

Everything goes through here, the standard library's loggers too. Nothing that came from outside
can begin a line of its own or move the cursor of a terminal. Whoever logs sees to it that there
is no cookie, token, name or body in it.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, Final, Literal, TextIO

import msgspec
import structlog

from attendance_web.live.log_context import LOG_CONTEXT
from attendance_web.serving.log_floods import LogFloods

# What they say of their daily work is ours to say, or nobody's
CHATTY: Final = ("uvicorn", "alembic", "sqlalchemy", "litestar", "asyncio", "websockets")
INDENT: Final = "    "

EventDict = MutableMapping[str, Any]


class PlainLine(logging.LogRecord):
    """Holds a line whose ``values`` are texts, numbers and None: one for each request.

    It is written without structlog, which takes three times as long.
    """

    def __init__(self, name: str, event: str, values: Mapping[str, str | float | None]) -> None:
        super().__init__(name, logging.INFO, "", 0, event, None, None)
        self.values = values

    def event_dict(self) -> EventDict:
        """Gathers what any line has, in the same order."""
        said_at = datetime.fromtimestamp(self.created, UTC).isoformat()
        return {
            **self.values,
            "event": self.msg,
            **structlog.contextvars.get_contextvars(),
            "level": "info",
            "logger": self.name,
            "timestamp": said_at.replace("+00:00", "Z"),
        }


def _add_log_context(_: Any, __: str, event: EventDict) -> EventDict:
    """Adds which frame, of which message, is being carried out."""
    return {**LOG_CONTEXT.get({}), **event}


def _adds(fields: Mapping[str, object]) -> structlog.typing.Processor:
    """Makes what adds these to each line, whatever context that is logged in."""

    def add(_: Any, __: str, event: EventDict) -> EventDict:
        event.update(fields)
        return event

    return add


def configure(
    log_format: Literal["console", "json"],
    stream: TextIO | None = None,
    worker: int | None = None,
) -> None:
    """Sends all logs of this process to the stream, standard error where none is given.

    Each line of one ``worker`` among several says which one it is.
    """
    of_process = {} if worker is None else {"worker": worker}
    to = sys.stderr if stream is None else stream
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        _add_log_context,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _adds(of_process),
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
    handler.setFormatter(_Formatter(shared, log_format, to, of_process))
    handler.addFilter(LogFloods(handler.handle))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Renders every line; a plain one as it is."""

    def __init__(
        self,
        shared: list[structlog.typing.Processor],
        log_format: Literal["console", "json"],
        to: TextIO,
        of_process: Mapping[str, object],
    ) -> None:
        render = _renderer(log_format, to)
        super().__init__(foreign_pre_chain=shared, processors=[self.remove_processors_meta, render])
        self._of_process = of_process
        self._render_plain = _as_json if log_format == "json" else render

    def format(self, record: logging.LogRecord) -> str:
        """See `logging.Formatter`."""
        if not isinstance(record, PlainLine):
            return super().format(record)
        event = {**record.event_dict(), **self._of_process}
        return str(self._render_plain(None, "info", escape(None, "info", event)))


def _as_json(_logger: object, _method: str, event: EventDict) -> str:
    return msgspec.json.encode(event).decode()


def _renderer(log_format: Literal["console", "json"], stream: TextIO) -> structlog.typing.Processor:
    """Makes what writes a line of the log."""
    if log_format == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False, separators=(",", ":"))
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
