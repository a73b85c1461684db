"""How a connection ends: with a refusal that arrives, or cut when it keeps us waiting.

What uvicorn 0.54 with httptools 0.9 leaves open, and is mended here:

- A connection that says nothing, or not the end of its head, stays for ever: see `HEAD_SECONDS`.
  So does one whose body nobody waits for any more: see `BODY_REMAINDER_SECONDS`.
- Who is refused while their body is still coming gets a reset instead: see `close_behind_answer`
  for the refusals of calls, and `LINGER_SECONDS` for those of what is no call.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Final

from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from attendance_core.errors import Refusal
from attendance_core.vocabulary import Seconds
from attendance_web.http import every_answer
from attendance_web.http.envelope import JSON, encode_refusal
from attendance_web.http.wire_codes import wire_code_of
from attendance_web.serving.left_connections import left_connections_of
from attendance_web.serving.open_connections import open_connections_of
from attendance_web.serving.tcp_state import says_no_more
from attendance_web.serving.unread_answers import unread_answers_of
from attendance_web.wire.callers import network_of
from attendance_web.wire.client_gone import Departure
from attendance_web.wire.language import DEFAULT_LANGUAGE
from attendance_web.wire.refusals import BadRequest

HEAD_SECONDS: Final[Seconds] = 15.0  # for a head to be whole
BODY_REMAINDER_SECONDS: Final[Seconds] = 2.0  # of a body that has its answer. Contract: 1.17
LINGER_SECONDS: Final[Seconds] = 1.0  # for a refusal to arrive before the connection is cut


def refusal_response(method: bytes, refusal: Refusal) -> bytes:
    """Writes a whole HTTP response that refuses and closes, for what never was a call."""
    status = HTTPStatus(wire_code_of(refusal).status)
    body = encode_refusal(refusal, DEFAULT_LANGUAGE)
    headers = {
        "content-type": JSON,
        "content-length": str(len(body)),
        "cache-control": "no-store",
        **every_answer.GUARD_HEADERS,
        **every_answer.time_and_version(),
        "connection": "close",
    }
    lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([*lines, "", ""]).encode("ascii")
    return head if method == b"HEAD" else head + body


class ClosingProtocol(HttpToolsProtocol):
    """Ends one connection, and has deadlines for who keeps it waiting."""

    # Beside the attributes of uvicorn, which share their names among connections as long as there
    # are few: with ours among them a connection would take 1.3 KiB more
    __slots__ = (
        "_active",
        "_deadline",
        "_departure",
        "_in_head",
        "_input",
        "_is_deaf",
        "_is_last",
        "_open_connections",
        "_refusal",
        "_unread_answers",
        "_was_left",
        "network",
    )

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for a head."""
        super().connection_made(transport)
        self._input = memoryview(b"")  # what came and is not parsed yet
        self._is_deaf = False  # nothing that comes is parsed any more
        self._active: RequestResponseCycle | None = None  # whose answer is due, or was the last
        self._in_head = True
        self._is_last = False  # the connection is to be closed behind this request
        self._refusal: Refusal | None = None  # to be sent once every answer before it was given
        self._deadline: asyncio.TimerHandle | None = None
        self._departure = Departure()  # the client has closed its half, or the connection
        self._was_left = False  # without an answer
        self._unread_answers = unread_answers_of(self.config)
        self._open_connections = open_connections_of(self.config)
        self.network = network_of(self.client[0]) if self.client else ""
        self._open_connections.add(self)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends what was begun for it."""
        if (
            self._active is None
            and not self._is_deaf
            and (self._departure.has_happened or exc is not None)
        ):
            self._note_left()  # it has asked for nothing, or not to the end
        self._stop_waiting()
        self._is_deaf = True
        self._input = memoryview(b"")
        super().connection_lost(exc)
        self.count_no_more()
        self._departure.note()

    def _note_left(self, *, is_strict: bool = False) -> None:
        """Counts this connection as one that its client has left without an answer."""
        if not self._was_left:
            self._was_left = True
            left_connections_of(self.config).note(self.client, is_strict=is_strict)

    def _says_no_more(self) -> bool:
        """Tells whether the client has gone, also where that is yet to be read."""
        if self._departure.has_happened or self.transport.is_closing():
            return self._departure.has_happened
        return says_no_more(self.transport.get_extra_info("socket"))

    # Answers that are due

    @property
    def unread_answer_bytes(self) -> int:
        """How many bytes of its answers the system has not taken yet."""
        return self.transport.get_write_buffer_size()

    def note_written(self, written: int) -> None:
        """Has counted what is unread of its answers, once so many more bytes were written."""
        self._unread_answers.note(self, written)

    def count_no_more(self) -> None:
        """Has it and its answers counted no more: it has ended, or something else reads it."""
        self._unread_answers.forget(self)
        self._open_connections.remove(self)

    def cut(self) -> None:
        """Ends it, whatever it waits for; its client has not left it."""
        self._was_left = True
        self._cut()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._active = cycle
        self._open_connections.note_request(self)

        async def answer(
            scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
        ) -> None:
            await app(scope, receive, send)
            if self._departure.has_happened and not cycle.response_complete:
                cycle.disconnected = True  # it was left off, since nobody wants it
                self._cut()

        super()._start_asgi_task(cycle, answer)

    @property
    def _nothing_is_due(self) -> bool:
        """Whether every request that was read has its answer."""
        return self._active is None or self._active.response_complete

    def close_behind_answer(self) -> None:
        """Closes, once what is left of the body of the request that was answered has come.

        A close with bytes unread would be a reset, which may overtake the answer.
        """
        if self._in_head or self._active is not self.cycle:
            self.transport.close()
        else:
            self._is_last = True
            self._close_our_half()
            self._wait_for_body_remainder()

    def _end_when_answered(self) -> None:
        """Closes the connection of whoever says no more, once all of their answers were given."""
        if self._nothing_is_due and not self._input:
            self.transport.close()

    # Ends

    def send_400_response(self, msg: str) -> None:
        """Refuses what is no HTTP."""
        self._refuse(BadRequest())

    def _refuse(self, refusal: Refusal) -> None:
        """Says so once every answer before it was given; nothing that follows is read."""
        self._refusal = refusal
        self._hear_nothing_more()
        if self._in_head:
            if self._nothing_is_due:
                self._send_refusal(refusal)
        elif self.pipeline and self.pipeline[0][0] is self.cycle:
            self.pipeline.popleft()  # it has not begun: the refusal is its answer
        elif self.cycle.response_started:
            self._end()  # it has its answer, or a part of it
        else:
            self.cycle.disconnected = True  # its application gets no more of the body
            self.cycle.message_event.set()
            self._send_refusal(refusal)

    def _send_refusal(self, refusal: Refusal) -> None:
        self._unset_keepalive_if_required()
        if self.transport.is_closing():
            return
        self.transport.write(refusal_response(self.parser.get_method(), refusal))
        self._end()

    def _hear_nothing_more(self) -> None:
        self._is_deaf = True
        self._input = memoryview(b"")
        self._stop_waiting()
        if not self.transport.is_closing():
            self.transport.pause_reading()

    def _end(self) -> None:
        """Ends the connection soon, when what was written has had time to arrive."""
        self._hear_nothing_more()
        if not self.transport.is_closing():
            self.loop.call_later(LINGER_SECONDS, self.transport.abort)
            self._close_our_half()

    def _close_our_half(self) -> None:
        with suppress(OSError, RuntimeError):  # the client may have gone
            self.transport.write_eof()

    def _cut(self) -> None:
        self._hear_nothing_more()
        self.transport.abort()

    # Deadlines

    def _keep_alive(self) -> None:
        """Waits as long for another request as behind an answer."""
        self._stop_waiting()
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def _wait_for_head(self) -> None:
        """Cuts the connection where a head stays away."""
        self._set_deadline_if_none(HEAD_SECONDS)

    def _wait_for_body_remainder(self) -> None:
        """Cuts the connection where a body is not whole soon, whose answer was given."""
        self._set_deadline_if_none(BODY_REMAINDER_SECONDS)

    def _set_deadline_if_none(self, seconds: Seconds) -> None:
        """Cuts the connection after so long; a deadline that is set already stays."""
        if self._deadline is None:
            self._deadline = self.loop.call_later(seconds, self._cut)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
