"""Sends answers that are a file of a person: a picture, or a scan.

A piece is sent when the client has taken the one before, so that of a picture one who reads slowly,
or nothing, keeps next to nothing in memory. Contract: 1.22. Decision 0015.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass
from typing import Any, Final

from litestar import Response
from litestar.response.base import ASGIResponse

from attendance_core.errors import Refusal, Unavailable
from attendance_core.vocabulary import Seconds
from attendance_web.http.client_leaving import client_departure
from attendance_web.http.long_answers import LongAnswer, note_cut

# Most pictures are one. Whatever is smaller would lie among everything else in memory, which keeps
# it; see `serving/freed_memory`
PIECE_BYTES: Final = 512 * 1024
SEND_SECONDS: Final[Seconds] = 30.0  # for one piece, of a client that reads slowly


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that is being read: how large it is, and its bytes, piece by piece."""

    size: int
    media_type: str
    pieces: AsyncGenerator[bytes]
    max_seconds: Seconds | None = None  # for all of it, where all of it is in memory


async def no_pieces() -> AsyncGenerator[bytes]:
    """Makes the pieces of a file whose head is all that is wanted."""
    return
    yield b""


class FileResponse(Response[bytes]):
    """Hands Litestar an answer that opens its file when it is sent.

    The file is closed once it was sent, or cannot be.
    """

    def __init__(
        self, opened: AbstractAsyncContextManager[OpenFile], headers: Mapping[str, str]
    ) -> None:
        super().__init__(b"")
        self._answer = _FileAnswer(opened, headers)

    def to_asgi_response(self, app: Any, request: Any, **_: Any) -> ASGIResponse:
        """Makes the answer, of which nothing has been read yet."""
        return self._answer


class _FileAnswer(ASGIResponse):
    """Opens and sends one file."""

    def __init__(
        self, opened: AbstractAsyncContextManager[OpenFile], headers: Mapping[str, str]
    ) -> None:
        super().__init__()
        self._opened = opened
        self._headers_to_send = headers

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Sends the file to its end. Raises what opening it raises, before it has begun."""
        with client_departure(receive) as gone:
            async with self._opened as file, aclosing(file.pieces) as pieces:
                headers = {**self._headers_to_send, "Content-Length": str(file.size)}
                head = LongAnswer(headers=headers, media_type=file.media_type)
                await head.start_response(send)
                try:
                    async with asyncio.timeout(file.max_seconds):
                        await _send_pieces(pieces, gone, send)
                except (TimeoutError, Refusal, Unavailable) as error:
                    note_cut("a file", error, scope)


async def _send_pieces(pieces: AsyncGenerator[bytes], gone: asyncio.Task[None], send: Any) -> None:
    """Sends them to the end, or until nobody is there. Raises what reading or sending does."""
    async for piece in pieces:
        if gone.done():
            return
        await _send_piece(send, piece)
        del piece  # or it would be kept until there is another
        await asyncio.sleep(0)
        if gone.done():
            return  # before the next one is read
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send_piece(send: Any, piece: bytes) -> None:
    """Sends a piece, and waits until it is taken. Raises TimeoutError where that never is."""
    async with asyncio.timeout(SEND_SECONDS):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        # A server waits before it writes: so nothing is read meanwhile that would have to wait
        await send({"type": "http.response.body", "body": b"", "more_body": True})
