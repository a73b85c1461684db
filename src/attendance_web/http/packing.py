"""Packs answers that are large, for whoever can unpack them. Contract: 1.21."""

from __future__ import annotations

import zlib
from typing import Any, Final

from attendance_web.http.envelope import JSON
from attendance_web.http.head_method import Application
from attendance_web.wire.headers import RawHeaders, header, headers_named

MIN_PACKED_BYTES: Final = 1400  # Contract: 1.21, what one packet carries
# The quickest: a list of 500 takes half a millisecond, and a quarter of its bytes
GZIP_LEVEL: Final = 1
GZIP_WINDOW: Final = 31  # as zlib calls gzip with the greatest window


def accepts_gzip(headers: RawHeaders) -> bool:
    """Tells whether whoever asks can unpack."""
    for coding in ",".join(headers_named(headers, "accept-encoding")).split(","):
        name, _, weight = coding.partition(";")
        if name.strip().lower() == "gzip":
            return weight.replace(" ", "").lower() not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


async def answer_packed(application: Application, scope: Any, receive: Any, send: Any) -> None:
    """Has the application answer, and packs what it says where that is large, piece by piece."""
    if not accepts_gzip(scope["headers"]):
        await application(scope, receive, send)
        return
    await application(scope, receive, _Packer(send))


class _Packer:
    """Sends one answer; its head waits for the first of the body, which tells how large it is."""

    def __init__(self, send: Any) -> None:
        self._send = send
        self._head: Any = None
        self._compressor: Any = None

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            if _may_be_packed(message["headers"]):
                self._head = message
                return
        elif message["type"] == "http.response.body":
            message = await self._pack(message)
        await self._send(message)

    async def _pack(self, message: Any) -> Any:
        """Makes a part of the body as it is sent, behind the head, which is sent here."""
        head, self._head = self._head, None
        body, more = message.get("body", b""), message.get("more_body", False)
        if head is not None and (more or len(body) >= MIN_PACKED_BYTES):
            self._compressor = zlib.compressobj(GZIP_LEVEL, wbits=GZIP_WINDOW)
        if self._compressor is not None:
            ending = zlib.Z_SYNC_FLUSH if more else zlib.Z_FINISH
            body = self._compressor.compress(body) + self._compressor.flush(ending)
            if head is not None:
                head = {
                    **head,
                    "headers": _packed_headers(head["headers"], None if more else len(body)),
                }
        if head is not None:
            await self._send(head)
        return {**message, "body": body}


def _may_be_packed(headers: RawHeaders) -> bool:
    kind = (header(headers, "content-type") or "").partition(";")[0]
    return kind == JSON and header(headers, "content-encoding") is None


def _packed_headers(headers: RawHeaders, length: int | None) -> list[tuple[bytes, bytes]]:
    """Says how it is packed, and how long it is, where that is known."""
    kept = [each for each in headers if each[0].lower() != b"content-length"]
    added = [(b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding")]
    if length is not None:
        added.append((b"content-length", b"%d" % length))
    return [*kept, *added]
