"""Sends answers that are a zip of all that is kept of a person. Contract: POST /accounts/data/.

It is read, packed and sent a piece at a time, as long lists are: the next piece is read when the
client has taken the one before, and what packs it is a thread beside the event loop. Decision 0026.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, TypeVar

import msgspec
from litestar import Response
from litestar.datastructures import Cookie
from litestar.response.base import ASGIResponse

from attendance_core import ports
from attendance_core.accounts import DataReading, KeptFile, Records
from attendance_core.belongings import Record
from attendance_core.errors import Refusal, Unavailable
from attendance_core.vocabulary import Instant, Seconds
from attendance_web.http.client_leaving import client_departure
from attendance_web.http.download_words import README, WHAT_IS_MISSING
from attendance_web.http.envelope import NO_STORE
from attendance_web.http.file_names import content_disposition
from attendance_web.http.list_turns import ListTurns
from attendance_web.http.long_answers import LongAnswer, note_cut
from attendance_web.http.pieces import NEXT_TURN_WAIT_SECONDS, SEND_SECONDS
from attendance_web.http.zips import ZipStream
from attendance_web.wire.callers import Caller
from attendance_web.wire.refusals import ClientLeft

T = TypeVar("T")

ZIP: Final = "application/zip"
MAX_ZIP_BYTES: Final = 200 * 2**20  # Contract: POST /accounts/data/
MIN_SENT_BYTES: Final = 64 * 1024  # at once, but for the last
MARGIN_BYTES: Final = 64 * 1024  # for what is said in the zip when there is no room for more
FILE_NAME: Final = "attendance-data"


@dataclass(frozen=True, slots=True)
class Download:
    """An answer that is a zip of what a reading finds."""

    reading: DataReading


class DownloadResponse(Response[bytes]):
    """Hands Litestar an answer that reads and packs when it is sent."""

    def __init__(
        self,
        download: Download,
        *,
        list_turns: ListTurns,
        caller: Caller,
        cookies: list[Cookie],
    ) -> None:
        super().__init__(b"")
        self._answer = _DownloadAnswer(
            download, list_turns=list_turns, caller=caller, cookies=cookies
        )

    def to_asgi_response(self, app: Any, request: Any, **_: Any) -> ASGIResponse:
        """Makes the answer, of which nothing has been read yet."""
        return self._answer


class _DownloadAnswer(LongAnswer):
    """Reads, packs and sends one zip; how long it is nobody knows when it begins."""

    def __init__(
        self,
        download: Download,
        *,
        list_turns: ListTurns,
        caller: Caller,
        cookies: list[Cookie],
    ) -> None:
        headers = {**NO_STORE, "Content-Disposition": content_disposition(FILE_NAME, "zip")}
        super().__init__(headers=headers, cookies=cookies, media_type=ZIP)
        self._list_turns = list_turns
        self._caller = caller
        self._browse = download.reading.browse
        self._last_look_took: Seconds = 0.0
        self._reading = replace(download.reading, browse=self._browse_in_turn)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Reads, packs and sends to the end.

        Raises TooManyRequests, NotLoggedIn, WrongPassword, Unavailable, ClientLeft, before it has
        begun.
        """
        with client_departure(receive) as gone:
            async with self._list_turns.turn_to_answer(self._caller, 0):
                if gone.done():
                    raise ClientLeft
                began = await self._reading.begin()
                await self.start_response(send)
                await self._send_pieces(began, gone, scope, send)

    async def _send_pieces(
        self, began: Instant, gone: asyncio.Task[None], scope: Any, send: Any
    ) -> None:
        """Sends for as long as somebody reads; what cannot be ended is cut off."""
        zipped, unsent = ZipStream(began, MAX_ZIP_BYTES), b""
        try:
            async with aclosing(_pack(self._reading, zipped)) as steps:
                async for _ in steps:
                    if gone.done():
                        return
                    unsent += zipped.take()
                    if len(unsent) >= MIN_SENT_BYTES:
                        await _send_body(send, unsent, more=True)
                        unsent = b""
            await _send_body(send, unsent + zipped.take(), more=False)
        except (TimeoutError, Refusal, Unavailable) as error:
            note_cut("a download", error, scope)
        finally:
            zipped.drop()

    async def _browse_in_turn(self, look: Callable[[ports.Unit], T]) -> T:
        """Looks when its turn has come, and pauses before where there are others.

        Raises TooManyRequests, and what the look does.
        """
        await asyncio.sleep(self._list_turns.pause_after(self._last_look_took))
        async with self._list_turns.turn_to_go_on(self._caller, NEXT_TURN_WAIT_SECONDS):
            began = asyncio.get_running_loop().time()
            found = await self._browse(look)
        self._last_look_took = asyncio.get_running_loop().time() - began
        return found


async def _send_body(send: Any, body: bytes, *, more: bool) -> None:
    """Sends a part of the body. Raises TimeoutError where the client does not read."""
    async with asyncio.timeout(SEND_SECONDS):
        await send({"type": "http.response.body", "body": body, "more_body": more})


async def _pack(reading: DataReading, zipped: ZipStream) -> AsyncGenerator[None, None]:
    """Packs part after part, and ends the zip; yields after each piece.

    A file in the zip names what has not fitted in, if anything.
    """
    missing: list[str] = []
    _pack_text(zipped, "README.txt", README)
    async with aclosing(reading.parts()) as parts:
        async for part in parts:
            name = part.name if isinstance(part, KeptFile) else f"{part.kind.value}.json"
            size = part.size if isinstance(part, KeptFile) else 0
            if not zipped.has_room_for(size + MARGIN_BYTES):
                missing.append(name)
                continue
            zipped.begin(name)
            steps = (
                _pack_file(zipped, part)
                if isinstance(part, KeptFile)
                else _pack_records(zipped, part)
            )
            async with aclosing(steps) as pieces:
                async for had_room in pieces:
                    if not had_room:
                        missing.append(name)
                    yield
            zipped.end()
    if missing:
        _pack_text(zipped, "INCOMPLETE.txt", WHAT_IS_MISSING.format(", ".join(missing)))
    zipped.finish()


def _pack_text(zipped: ZipStream, name: str, text: str) -> None:
    zipped.begin(name)
    zipped.write(text.encode())
    zipped.end()


async def _pack_file(zipped: ZipStream, file: KeptFile) -> AsyncGenerator[bool, None]:
    """Packs a file, for which there is room; yields True after each piece."""
    async with aclosing(file.pieces) as pieces:
        async for piece in pieces:
            await _in_thread(partial(zipped.write, piece))
            yield True


async def _pack_records(zipped: ZipStream, records: Records) -> AsyncGenerator[bool, None]:
    """Packs records as JSON, which ends well where there is no room for more.

    Yields after each piece whether that had room.
    """
    before, between, after = (
        (b"", b"", b"\n") if records.kind.is_single else (b"[\n", b",\n", b"\n]\n")
    )
    zipped.write(before)
    count, has_room = 0, True

    def add(piece: Sequence[Record], is_first: bool) -> bool:
        written = between.join(map(msgspec.json.encode, piece))
        if not zipped.has_room_for(len(written) + MARGIN_BYTES):
            return False
        zipped.write(written if is_first else between + written)
        return True

    async with aclosing(records.pieces) as pieces:
        async for piece in pieces:
            if piece:
                has_room = await _in_thread(partial(add, piece, not count))
                count += len(piece)
            yield has_room
            if not has_room:
                break
    zipped.write(b"null\n" if records.kind.is_single and not count else after)


async def _in_thread(work: Callable[[], T]) -> T:
    """Runs work in a thread, to its end also where whoever waits for it goes."""
    running = asyncio.create_task(asyncio.to_thread(work))
    try:
        return await asyncio.shield(running)
    finally:
        if not running.done():
            await asyncio.wait({running})
