"""uvicorn's HTTP, which itself neither bounds the head of a request nor has our envelope."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from attendance_core.errors import Refusal
from attendance_web.envelope import number_of, written
from attendance_web.language import DEFAULT
from attendance_web.refusals import BadRequest, HeadTooLarge

HEAD_BYTES: Final = 64 * 1024  # a parser that is fed a header for ever takes ever longer for it


class CallProtocol(HttpToolsProtocol):
    """One connection. What cannot be read as a request is refused in the envelope."""

    _in_head = True
    _head_bytes = 0

    def on_message_begin(self) -> None:
        """The parser says that a request begins."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The parser says that its head is whole."""
        self._in_head = False
        self._head_bytes = 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The parser says that its body is whole: what follows is another head."""
        self._in_head = True
        super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        """Refuses a head that does not come to its end."""
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > HEAD_BYTES and not self.transport.is_closing():
            self._refuse(HeadTooLarge())

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP."""
        self._refuse(BadRequest())

    def _refuse(self, refusal: Refusal) -> None:
        status = HTTPStatus(number_of(refusal).status)
        body = written(refusal, DEFAULT)
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode("ascii") + body)
        self.transport.close()
