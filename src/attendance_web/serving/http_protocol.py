"""uvicorn's HTTP, made safe at the door: one request gets one answer, and no byte is unbounded.

What uvicorn 0.54 with httptools 0.9 leaves open, and what is done about it here; each guard can
go when they mend it:

- llhttp ends a request at its head when it has `Connection: Upgrade` and any `Upgrade`, or the
  method CONNECT; uvicorn passes over an upgrade that it does not know, and parses what was the
  body as another request. Refused in `on_headers_complete`; see `upgrade_of`.
- uvicorn opens a socket on a connection whose earlier request is still unanswered, at any path.
- Trailers come as headers of the request, without end. Refused in `on_header`.
- Heads, their headers, and the lines between chunks have no bound. Bounded in `_feed`.
- Of pipelined requests all that one read brings are parsed, and each answer has more read.
  Here a piece is parsed at a time, and nothing while a request waits for its turn.
- A connection that says nothing, or not the end of its head, stays for ever: see `HEAD_SECONDS`.
- More than one Host, none, or one that is no host, is served; so is `HTTP/2.0`.
- What is no HTTP is answered at once, also where an answer to an earlier request is still due.
- Who says that they will say no more gets no answer, and who is refused while their body is
  still coming gets a reset instead, where they asked for the connection to be closed.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote_to_bytes

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from attendance_core.errors import Refusal
from attendance_core.vocabulary import Seconds
from attendance_web.http import every_answer
from attendance_web.http.envelope import JSON, encode_refusal, wire_code_of
from attendance_web.live.openings import PATHS
from attendance_web.wire.language import DEFAULT
from attendance_web.wire.refusals import BadRequest, HeadTooLarge

HEAD_BYTES: Final = 64 * 1024  # of a head, or of the lines between chunks
PATH_BYTES: Final = 512  # longer than any of ours, and Litestar keeps the last thousand
QUERY_BYTES: Final = 4 * 1024
LINE_BYTES: Final = 8 * 1024  # of a header; a handshake may have none that is longer either
HEADERS_MOST: Final = 128  # of a head; a handshake may have no more either
HEAD_SECONDS: Final[Seconds] = 15.0  # for a head, or the rest of an answered body, to be whole
PIECE_BYTES: Final = 4 * 1024  # parsed in one step of the loop, so that others have their turn
LINGER_SECONDS: Final[Seconds] = 1.0  # for a refusal to arrive before the connection is cut
DISCARDED_BYTES: Final = 32 * 1024 * 1024  # of a body that its answer did not wait for
SOCKET_PATHS: Final = frozenset(path.encode() for path in PATHS)

_HOST: Final = re.compile(rb"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE)

Head = list[tuple[bytes, bytes]]  # names in lower case


class _Refused(Exception):
    """Ends the parser from within; the connection's ``_why`` says what for."""


def host_is_sound(head: Head) -> bool:
    """Tells whether a request names one host, in the form of one."""
    hosts = [value for name, value in head if name == b"host"]
    return len(hosts) == 1 and _HOST.fullmatch(hosts[0]) is not None


def has_body(head: Head) -> bool:
    """Tells whether a request says that a body follows."""
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0") != b"")
        for name, value in head
    )


def upgrade_of(head: Head) -> bytes:
    """The protocol that a request asks for; several are one that nobody knows."""
    return b", ".join(value.strip().lower() for name, value in head if name == b"upgrade")


class CallProtocol(HttpToolsProtocol):
    """One connection. What cannot be read as a request is refused in the envelope, in its turn."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for a head."""
        super().connection_made(transport)
        self.flow: _ReadInTurn = _ReadInTurn(self)
        self._unread = memoryview(b"")  # what came and is not parsed yet
        self._reading_on = False  # in the next step of the loop
        self._is_deaf = False  # nothing that comes is parsed any more
        self._why: Refusal | None = None  # to be said once every answer before it was given
        self._active: RequestResponseCycle | None = None  # whose answer is due now
        self._in_head = True
        self._has_begun = False  # a byte of the head has come
        self._is_idle = False  # the last that came was the end of a request that has its answer
        self._says_no_more = False  # the client has closed its half
        self._is_last = False  # the connection is to be closed behind this request
        self._lines_bytes = 0  # of the head, or between the chunks of the body
        self._body_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends what was begun for it."""
        self._stop_waiting()
        self._is_deaf = True
        self._unread = memoryview(b"")
        super().connection_lost(exc)
        self.flow.forget()

    # What the transport says

    def data_received(self, data: bytes) -> None:
        """Parses what came, a piece a step, when its turn has come."""
        if self._is_deaf:
            return
        self._unread = memoryview(bytes(self._unread) + data) if self._unread else memoryview(data)
        if not self._reading_on:
            self._read_on()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Keeps the connection open for the answers that are due."""
        self._says_no_more = True
        is_whole = self._in_head and not self._is_deaf
        return is_whole and not (self._nothing_is_due and not self._unread)

    def read_on_soon(self) -> None:
        """Goes on with what came before, and then with the transport."""
        if not self._reading_on and not self._is_deaf:
            self._reading_on = True
            self.loop.call_soon(self._read_on)

    def _read_on(self) -> None:
        self._reading_on = False
        if self._is_deaf or self.flow.read_paused or self.transport.is_closing():
            return
        if self._unread:
            piece, self._unread = self._unread[:PIECE_BYTES], self._unread[PIECE_BYTES:]
            try:
                self._feed(piece)
            except BaseException:
                self._cut()  # nobody else would: reading is paused
                raise
        if self._is_deaf or self.flow.read_paused:
            return
        if self._unread:
            self.transport.pause_reading()
            self.read_on_soon()
        elif self._says_no_more:
            self._end_when_answered()
        else:
            self.transport.resume_reading()

    def _feed(self, piece: memoryview) -> None:
        body_bytes, self._is_idle = self._body_bytes, False
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as upgrade:
            rest = len(piece) - upgrade.args[0] + len(self._unread)
            if self._should_upgrade() and not rest:
                self._stop_waiting()
                self._is_deaf = True
                self.handle_websocket_upgrade()
            elif self._should_upgrade():
                self._refuse(BadRequest())  # who has not seen the answer can say nothing yet
            else:
                self._hear_nothing_more()
            return
        except httptools.HttpParserError:
            self._refuse(self._why or BadRequest())
            return
        self._lines_bytes += len(piece) - max(0, self._body_bytes - body_bytes)
        if self._in_head:
            if self._lines_bytes > HEAD_BYTES:
                self._refuse(HeadTooLarge())
            elif self._is_idle:
                self._keep_alive()
            elif self._nothing_is_due:
                self._wait_for_head()
        elif self._lines_bytes > HEAD_BYTES + self._body_bytes:
            self._refuse(BadRequest())
        elif self.cycle.response_complete:
            if self._body_bytes > DISCARDED_BYTES:
                self._end()
            else:
                self._wait_for_head()

    @property
    def _nothing_is_due(self) -> bool:
        """Whether every request that was read has its answer."""
        return self._active is None or self._active.response_complete

    # What the parser says

    def on_message_begin(self) -> None:
        """Begins a head."""
        self._has_begun, self._is_idle = True, False
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Takes a part of the address."""
        super().on_url(url)
        path, _, query = self.url.partition(b"?")
        if len(path) > PATH_BYTES or len(query) > QUERY_BYTES:
            self._end_with(HeadTooLarge())

    def on_header(self, name: bytes, value: bytes) -> None:
        """Takes a header; one that comes behind the body is a trailer, which nobody needs."""
        if not self._in_head:
            self._end_with(BadRequest())
        if len(self.headers) == HEADERS_MOST or len(name) + len(value) > LINE_BYTES - 4:
            self._end_with(HeadTooLarge())
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Judges a head before anything is made of it."""
        self._has_begun = False
        self._stop_waiting()
        method, version = self.parser.get_method(), self.parser.get_http_version()
        ends_here = self.parser.should_upgrade()  # for llhttp, whatever body it says it has
        if (
            method == b"CONNECT"
            or version not in ("1.0", "1.1")
            or not host_is_sound(self.headers)
            or not self._target_is_ours()
            or (version == "1.0" and any(name == b"transfer-encoding" for name, _ in self.headers))
            or (ends_here and not self._may_upgrade(method))
        ):
            self._end_with(BadRequest())
        super().on_headers_complete()
        self._in_head = False
        self._lines_bytes = self._body_bytes = 0
        if ends_here and self._should_upgrade():
            return
        if ends_here:
            self.cycle.keep_alive = False
        if version == "1.0":
            self.cycle.waiting_for_100_continue = False  # it knows no such answer
        self.cycle.transport = _AnswerTransport(self)  # type: ignore[assignment]

    def _target_is_ours(self) -> bool:
        """Whether it is a path, or an address at the Host that it names."""
        if self.url.startswith(b"/"):
            return True
        (host,) = (value for name, value in self.headers if name == b"host")
        scheme, _, rest = self.url.partition(b"://")
        authority, slash, _ = rest.partition(b"/")
        return scheme.lower() in (b"http", b"https") and authority == host and slash == b"/"

    def _may_upgrade(self, method: bytes) -> bool:
        """To a socket; `h2c` is a wish that may be passed over, when nothing follows the head."""
        asked_for = upgrade_of(self.headers)
        if has_body(self.headers) or asked_for not in (b"websocket", b"h2c"):
            return False
        path = unquote_to_bytes(self.url.partition(b"?")[0])
        is_socket = method == b"GET" and path in SOCKET_PATHS and self._nothing_is_due
        return asked_for == b"h2c" or is_socket

    def on_body(self, body: bytes) -> None:
        """Takes a part of the body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Ends a request: what follows is another head, if anything may follow."""
        self._in_head, self._is_idle = True, self._nothing_is_due
        self._lines_bytes = self._body_bytes = 0
        super().on_message_complete()
        if self._is_last:
            self._end()

    def _end_with(self, refusal: Refusal) -> None:
        self._why = refusal
        raise _Refused

    # Answers

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._active = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Goes on with the next request, or with the refusal of what was none."""
        super().on_response_complete()
        if self._is_last:
            self._unset_keepalive_if_required()
        self.flow.resume_reading()
        if not self._nothing_is_due:
            return
        if self._why is not None:
            self._say(self._why)
        elif self._says_no_more:
            self._end_when_answered()
        elif self._has_begun or not self._in_head:
            self._unset_keepalive_if_required()
            self._wait_for_head()

    def close_behind_answer(self) -> None:
        """Closes, once what is left of the body of the request that was answered has come.

        A close with bytes unread would be a reset, which may overtake the answer.
        """
        if self._in_head or self._active is not self.cycle:
            self.transport.close()
        else:
            self._is_last = True
            self._say_no_more()
            self._wait_for_head()

    def _end_when_answered(self) -> None:
        if self._nothing_is_due and not self._unread:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Refuses what is no HTTP."""
        self._refuse(BadRequest())

    def _refuse(self, refusal: Refusal) -> None:
        """Says so once every answer before it was given; nothing that follows is read."""
        self._why = refusal
        self._hear_nothing_more()
        if self._in_head:
            if self._nothing_is_due:
                self._say(refusal)
        elif self.pipeline and self.pipeline[0][0] is self.cycle:
            self.pipeline.popleft()  # it has not begun: the refusal is its answer
        elif self.cycle.response_started:
            self._end()  # it has its answer, or a part of it
        else:
            self.cycle.disconnected = True  # its application gets no more of the body
            self.cycle.message_event.set()
            self._say(refusal)

    def _say(self, refusal: Refusal) -> None:
        self._unset_keepalive_if_required()
        if self.transport.is_closing():
            return
        status = HTTPStatus(wire_code_of(refusal).status)
        body = encode_refusal(refusal, DEFAULT)
        headers = {
            "content-type": JSON,
            "content-length": str(len(body)),
            "cache-control": "no-store",
            **every_answer.GUARDED,
            **every_answer.stamp(),
            "connection": "close",
        }
        lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.transport.write("\r\n".join([*lines, "", ""]).encode("ascii") + body)
        self._end()

    def _hear_nothing_more(self) -> None:
        self._is_deaf = True
        self._unread = memoryview(b"")
        self._stop_waiting()
        if not self.transport.is_closing():
            self.transport.pause_reading()

    def _end(self) -> None:
        """Ends the connection soon, when what was written has had time to arrive."""
        self._hear_nothing_more()
        if not self.transport.is_closing():
            self.loop.call_later(LINGER_SECONDS, self.transport.abort)
            self._say_no_more()

    def _say_no_more(self) -> None:
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
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self._cut)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class _AnswerTransport:
    """The transport as the answer to one request sees it: it closes when that can be read."""

    def __init__(self, protocol: CallProtocol) -> None:
        self._protocol = protocol
        self.write = protocol.transport.write
        self.is_closing = protocol.transport.is_closing

    def close(self) -> None:
        """See `CallProtocol.close_behind_answer`."""
        self._protocol.close_behind_answer()


class _ReadInTurn(FlowControl):
    """Reads on when what was read has been parsed and no request waits for its turn."""

    def __init__(self, protocol: CallProtocol) -> None:
        super().__init__(protocol.transport)
        self._protocol: CallProtocol | None = protocol

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
