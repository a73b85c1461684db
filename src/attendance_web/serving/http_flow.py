"""What uvicorn is handed of a connection: when to read on, and how to close behind an answer.

What uvicorn 0.54 with httptools 0.9 leaves open, and is mended here:

- Of pipelined requests all that one read brings are parsed, and each answer has more read.
  `ReadInTurn` reads nothing while a request waits for its turn; `http_protocol` parses a portion
  at a time.
- What is written and not read stays in memory, for as many connections as there are.
  `AnswerTransport` has it counted: see `unread_answers`.
- uvicorn closes at once behind an answer, where the client asked for the connection to be closed
  or its body is still coming. `AnswerTransport` has `http_closing` do it when it can be read.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from attendance_web.wire.small_asyncio import SmallEvent

Request = tuple[RequestResponseCycle, ASGI3Application]


class SmallPipeline(list[Request]):
    """Holds the requests that wait for the answer to another: of ours one at most.

    What uvicorn has for it, a deque, takes 0.6 KiB of a connection on which nothing waits.
    """

    def appendleft(self, request: Request) -> None:
        """Adds the last."""
        self.insert(0, request)

    def popleft(self) -> Request:
        """Takes the last out."""
        return self.pop(0)


class ConnectionReader(Protocol):
    """Reads one connection."""

    transport: asyncio.Transport
    pipeline: deque[Request]  # that wait for their turn

    def read_on_soon(self) -> None:
        """Goes on with what came before, and then with the transport."""


class ReadInTurn(FlowControl):
    """Reads on when what was read has been parsed and no request waits for its turn."""

    def __init__(self, protocol: ConnectionReader) -> None:
        super().__init__(protocol.transport)
        self._is_writable_event = SmallEvent(is_set=True)  # type: ignore[assignment]
        self._protocol: ConnectionReader | None = protocol

    def forget(self) -> None:
        """Lets go of a connection that has ended, so that its memory is free at once."""
        self._protocol = None

    def pause_reading(self) -> None:
        """Stops, at a wish of uvicorn's."""
        if not self.read_paused and not self._transport.is_closing():
            super().pause_reading()

    def resume_reading(self) -> None:
        """Goes on, unless a request waits for its turn."""
        if self.read_paused and self._protocol is not None and not self._protocol.pipeline:
            self.read_paused = False
            self._protocol.read_on_soon()


class AnswerTransport:
    """Writes the answer to one request; closed, it closes when that can be read."""

    def __init__(
        self,
        transport: asyncio.Transport,
        close_behind_answer: Callable[[], None],
        note_written: Callable[[int], None],
    ) -> None:
        self._write = transport.write
        self._note_written = note_written
        self.is_closing = transport.is_closing
        self.close = close_behind_answer

    def write(self, data: bytes) -> None:
        """Writes a part of the answer, and has counted what is unread of it."""
        self._write(data)
        self._note_written(len(data))
