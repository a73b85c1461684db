"""uvicorn's HTTP, made safe at the door: one request gets one answer, and no byte is unbounded.

What uvicorn 0.54 with httptools 0.9 leaves open is listed where it is mended: in `http_head` what
a head may say, in `http_flow` when more is read, in `http_closing` how a connection ends, and here
what is parsed and when it is answered. Each guard can go when they mend it:

- A request that llhttp ended at its head is judged, with every other head, before anything is
  made of it. See `on_headers_complete`.
- Trailers come as headers of the request, without end. Refused in `on_header`.
- Heads, their headers, and the lines between chunks have no bound. Held to theirs in `_feed`.
- Of pipelined requests, and of chunks, all that one read brings are parsed, and all that come in
  one step of the loop in that step. See `portions` and `parse_turns`. Here a head is parsed when
  the request before it has its answer.
- A read brings up to 250 KB, and 64 KiB of a body wait for the application. See `small_reads`, and
  `MAX_WAITING_BODY_BYTES`.
- A connection that has ended, or waits for another request, keeps the last one. See `_let_go`.
- What is no HTTP is answered at once, also where an answer to an earlier request is still due.
  See `_refuse` of `http_closing`.
- Who says that they will say no more gets no answer. See `eof_received`.
- All handshakes of sockets that come in one step begin in it, those of who has gone, too. See
  `handshake_turns`.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

import httptools

from attendance_core.errors import Refusal
from attendance_web.serving.handshake_turns import handshake_turns_of
from attendance_web.serving.http_closing import ClosingProtocol
from attendance_web.serving.http_flow import AnswerTransport, ReadInTurn, SmallPipeline
from attendance_web.serving.http_head import (
    MAX_HEAD_BYTES,
    MAX_HEADERS,
    MAX_LINES_BYTES,
    MAX_SEPARATORS,
    address_is_bounded,
    head_is_sound,
    header_is_bounded,
    names_socket,
    separator_count_of,
    upgrade_is_sound,
)
from attendance_web.serving.parse_turns import parse_turns_of
from attendance_web.serving.portions import (
    PORTION_BYTES,
    length_of_body,
    size_of_body,
    size_of_heads,
)
from attendance_web.wire.callers import address_of, network_of
from attendance_web.wire.client_gone import (
    GONE_EXTENSION,
    NOTE_LEFT_EXTENSION,
    SAYS_NO_MORE_EXTENSION,
)
from attendance_web.wire.refusals import BadRequest, HeadTooLarge
from attendance_web.wire.small_asyncio import SmallEvent

MAX_WAITING_BODY_BYTES: Final = PORTION_BYTES  # before the application asks. Contract: 1.23
MAX_DISCARDED_BYTES: Final = 4 * 1024 * 1024  # of a body whose answer was given. Contract: 1.17


class _Refused(Exception):
    """Ends the parser from within; `CallProtocol._refusal` says what for."""


class CallProtocol(ClosingProtocol):
    """Reads one connection; what is no request is refused in the envelope, in its turn."""

    __slots__ = (
        "_body_bytes",
        "_body_come",
        "_body_length",
        "_has_begun",
        "_is_idle",
        "_is_reading_on_soon",
        "_line_bytes",
        "_parse_turns",
        "_passes_over_upgrade",
        "_separator_count",
    )

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for a head."""
        super().connection_made(transport)
        self.flow: ReadInTurn = ReadInTurn(self)
        self.pipeline = SmallPipeline()  # type: ignore[assignment]
        self._parse_turns = parse_turns_of(self.config)
        self._is_reading_on_soon = False  # when its turn has come
        self._has_begun = False  # a byte of the head has come
        self._is_idle = False  # the last that came was the end of a request that has its answer
        self._separator_count = 0  # in all headers of the head
        self._line_bytes = 0  # of the head, or between the chunks of the body
        self._body_bytes = 0
        self._body_length: int | None = 0  # as the head says; None where it comes in chunks
        self._body_come = 0  # bytes, whether anybody waits for them or not
        self._passes_over_upgrade = False

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends what was begun for it."""
        super().connection_lost(exc)
        self._let_go()

    def _let_go(self) -> None:
        """Lets go of what knows this connection, so that its memory is free at once.

        Else it would be garbage of cycles, and collected in a quiet moment: Decision 0021.
        """
        self.flow.forget()
        self.pipeline.clear()
        self._active = None
        self.cycle = self.scope = self.headers = self.parser = None  # type: ignore[assignment]

    # What the transport says

    def data_received(self, data: bytes) -> None:
        """Parses what came, portion by portion, when its turn has come."""
        if self._is_deaf:
            return
        self._input = memoryview(bytes(self._input) + data) if self._input else memoryview(data)
        self._unset_keepalive_if_required()  # or it might end while this waits for its turn
        if not self._is_reading_on_soon:
            self._is_reading_on_soon = True
            self._parse_turns.ask(self.network, self._read_on)
        if self._is_reading_on_soon:
            self.transport.pause_reading()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Keeps the connection open for the answers that are due."""
        self._departure.note()
        is_whole = self._in_head and not self._is_deaf
        return is_whole and not (self._nothing_is_due and not self._input)

    def read_on_soon(self) -> None:
        """Goes on with what came before, and then with the transport."""
        if not self._is_reading_on_soon and not self._is_deaf:
            self._is_reading_on_soon = True
            self._parse_turns.ask_soon(self.network, self._read_on)

    def _read_on(self) -> bool:
        """Parses a portion, and goes on; tells whether it was of a head."""
        self._is_reading_on_soon = False
        if self._is_deaf or self.flow.read_paused or self.transport.is_closing():
            return False
        if self._input and self._in_head and not self._nothing_is_due:
            self.flow.pause_reading()  # until that is answered: a head that waits is a large thing
            return False
        is_head = self._in_head
        if self._input:
            size = self._portion_size()
            portion, self._input = self._input[:size], self._input[size:]
            try:
                self._feed(portion)
            except BaseException:
                self._cut()  # nobody else would: reading is paused
                raise
        if self._is_deaf or self.flow.read_paused:
            return is_head
        if self._input:
            self.transport.pause_reading()
            self.read_on_soon()
        elif self._departure.has_happened:
            self._end_when_answered()
        else:
            self.transport.resume_reading()
        return is_head

    def _portion_size(self) -> int:
        if self._in_head:
            return size_of_heads(self._input)
        length = self._body_length
        return size_of_body(self._input, None if length is None else length - self._body_come)

    def _feed(self, portion: memoryview) -> None:
        body_bytes_before, self._is_idle = self._body_bytes, False
        unparsed_bytes = len(self._input)
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(portion)
        except httptools.HttpParserUpgrade as upgrade:
            self._hear_nothing_more()  # what reads a socket goes on
            if not self._should_upgrade():
                return
            if len(portion) > upgrade.args[0] or unparsed_bytes:
                self._refuse(BadRequest())  # who has not seen the answer can say nothing yet
            elif names_socket(self.url):
                network = network_of(address_of(self.scope))
                handshake_turns_of(self.config).ask(network, self._begin_handshake)
            else:
                self._pass_over_upgrade()
            return
        except httptools.HttpParserError:
            self._refuse(self._refusal or BadRequest())
            return
        self._line_bytes += len(portion) - max(0, self._body_bytes - body_bytes_before)
        if self._in_head:
            if self._line_bytes > MAX_HEAD_BYTES:
                self._refuse(HeadTooLarge())
            elif self._is_idle:
                self._keep_alive()
            elif self._nothing_is_due:
                self._wait_for_head()
        elif self._line_bytes > MAX_LINES_BYTES + self._body_bytes:
            self._refuse(BadRequest())
        elif self.cycle.response_complete:
            if self._body_bytes > MAX_DISCARDED_BYTES:
                self._end()
            else:
                self._wait_for_body_remainder()

    def _pass_over_upgrade(self) -> None:
        """Answers a handshake at an address without a socket as a GET, which it is, too."""
        self._passes_over_upgrade = True
        self.on_headers_complete()
        self.on_message_complete()

    def _should_upgrade(self) -> bool:
        return not self._passes_over_upgrade and super()._should_upgrade()

    def _begin_handshake(self) -> bool:
        """Hands the connection to what reads a socket; False where its client has gone."""
        if self.transport.is_closing():
            return False
        if self._says_no_more():
            self._cut()
            return False
        self.count_no_more()  # it never hears that it has ended
        try:
            self.handle_websocket_upgrade()
        except BaseException:
            self._cut()  # nobody else would: reading is paused
            raise
        self._let_go()
        return True

    # What the parser says

    def on_message_begin(self) -> None:
        """Begins a head."""
        self._has_begun, self._is_idle = True, False
        self._separator_count = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Takes a part of the address."""
        super().on_url(url)
        if not address_is_bounded(self.url):
            self._refuse_within_parser(HeadTooLarge())

    def on_header(self, name: bytes, value: bytes) -> None:
        """Takes a header; one that comes behind the body is a trailer, which nobody needs."""
        if not self._in_head:
            self._refuse_within_parser(BadRequest())
        self._separator_count += separator_count_of(value)
        is_bounded = header_is_bounded(name, value) and self._separator_count <= MAX_SEPARATORS
        if len(self.headers) == MAX_HEADERS or not is_bounded:
            self._refuse_within_parser(HeadTooLarge())
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Judges a head before anything is made of it."""
        self._has_begun = False
        self._stop_waiting()
        method, version = self.parser.get_method(), self.parser.get_http_version()
        ends_here = self.parser.should_upgrade()  # for llhttp, whatever body it says it has
        if not head_is_sound(method, version, self.url, self.headers) or (
            ends_here
            and not upgrade_is_sound(method, self.headers, nothing_is_due=self._nothing_is_due)
        ):
            self._refuse_within_parser(BadRequest())
        super().on_headers_complete()
        self._in_head = False
        self._line_bytes = self._body_bytes = 0
        self._body_length, self._body_come = length_of_body(self.headers), 0
        if ends_here and self._should_upgrade():
            return
        if ends_here:
            self.cycle.keep_alive = False
        if version == "1.0":
            self.cycle.waiting_for_100_continue = False  # it knows no such answer
        self.cycle.message_event = SmallEvent()  # type: ignore[assignment]
        self.cycle.transport = AnswerTransport(  # type: ignore[assignment]
            self.transport, self.close_behind_answer, self.note_written
        )
        extensions: Any = {
            GONE_EXTENSION: self._departure,
            SAYS_NO_MORE_EXTENSION: self._says_no_more,
            NOTE_LEFT_EXTENSION: self._note_left,
        }
        self.cycle.scope["extensions"] = extensions

    def on_body(self, body: bytes) -> None:
        """Takes a part of the body; once a few are here the application has to ask for more."""
        self._body_bytes += len(body)
        self._body_come += len(body)
        super().on_body(body)
        if len(self.cycle.body) >= MAX_WAITING_BODY_BYTES and not self.cycle.response_complete:
            self.flow.pause_reading()

    def on_message_complete(self) -> None:
        """Ends a request: what follows is another head, if anything may follow."""
        self._stop_waiting()
        self._in_head, self._is_idle = True, self._nothing_is_due
        self._line_bytes = self._body_bytes = 0
        super().on_message_complete()
        if self._is_last:
            self._end()

    def _refuse_within_parser(self, refusal: Refusal) -> None:
        self._refusal = refusal
        raise _Refused

    # Answers

    def _let_go_of_head(self) -> None:
        """Keeps nothing of a request that is answered, while its connection waits for another."""
        if self._active is not None:
            self._active.scope = None  # type: ignore[assignment]
        if self._active is self.cycle:
            self.scope, self.headers = None, []  # type: ignore[assignment]

    def on_response_complete(self) -> None:
        """Goes on with the next request, or with the refusal of what was none."""
        self._let_go_of_head()
        self._open_connections.note_answer(self)
        super().on_response_complete()
        if self._is_last:
            self._unset_keepalive_if_required()
        self.flow.resume_reading()
        if not self._nothing_is_due:
            return
        if self._refusal is not None:
            self._send_refusal(self._refusal)
        elif self._departure.has_happened:
            self._end_when_answered()
        elif self._has_begun:
            self._unset_keepalive_if_required()
            self._wait_for_head()
        elif not self._in_head:
            self._line_bytes = self._body_bytes = 0  # of the rest, which nobody waits for
            self._unset_keepalive_if_required()
            self._wait_for_body_remainder()
