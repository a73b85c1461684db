"""Sends answers that are a file of a sheet. Contract: ExportAttendance.

The file is made as a whole before it is sent, by few at once; it is sent as slowly as its reader
likes, and then nobody waits for that.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Final, TypeVar

from litestar import Response
from litestar.datastructures import Cookie
from litestar.response.base import ASGIResponse

from attendance_core import ports
from attendance_core.attendance import SheetReading
from attendance_core.errors import Language, Refusal, Unavailable
from attendance_core.ports import SheetFormat, SheetStyle
from attendance_core.vocabulary import Seconds
from attendance_web.http.client_leaving import client_departure
from attendance_web.http.envelope import JSON, NO_STORE, language_of
from attendance_web.http.file_names import content_disposition
from attendance_web.http.list_turns import TURN_WAIT_SECONDS, ListTurns
from attendance_web.http.long_answers import LongAnswer, note_cut
from attendance_web.http.pieces import NEXT_TURN_WAIT_SECONDS, SEND_SECONDS
from attendance_web.wire.callers import Caller
from attendance_web.wire.refusals import ClientLeft
from attendance_web.wire.turns import FairTurns

T = TypeVar("T")

MEDIA_TYPES: Final[Mapping[SheetFormat, str]] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "json": JSON,
}
PIECE_BYTES: Final = 64 * 1024
# From one look to the next, and again so long, a few times, while somebody's command or call is
# carried out: then a look is a few milliseconds of what they wait for. Decision 0019
PAUSE_SECONDS: Final[Seconds] = 0.003
MAX_PAUSES: Final = 4  # between 10 000 rows 2 s of them at most


@dataclass(frozen=True, slots=True)
class Export:
    """An answer that is a file: what is read, and how it is written down.

    ``zone`` names the place whose times it has, as IANA does.
    """

    reading: SheetReading
    format: SheetFormat
    zone: str


class ExportResponse(Response[bytes]):
    """Hands Litestar an answer that makes its file when it is to be sent.

    It has begun by its ``deadline``, by the clock of the event loop. Whoever has one of
    ``person_turns`` meanwhile is given way to.
    """

    def __init__(
        self,
        export: Export,
        *,
        sheets: ports.Sheets,
        list_turns: ListTurns,
        person_turns: FairTurns,
        caller: Caller,
        cookies: list[Cookie],
        deadline: Seconds | None,
    ) -> None:
        super().__init__(b"")
        self._answer = _ExportAnswer(
            export,
            sheets=sheets,
            list_turns=list_turns,
            person_turns=person_turns,
            caller=caller,
            cookies=cookies,
            deadline=deadline,
        )

    def to_asgi_response(self, app: Any, request: Any, **_: Any) -> ASGIResponse:
        """Makes the answer, of which nothing has been read yet."""
        return self._answer


class _ExportAnswer(ASGIResponse):
    """Makes and sends one file."""

    def __init__(
        self,
        export: Export,
        *,
        sheets: ports.Sheets,
        list_turns: ListTurns,
        person_turns: FairTurns,
        caller: Caller,
        cookies: list[Cookie],
        deadline: Seconds | None,
    ) -> None:
        super().__init__()
        self._export = export
        self._sheets = sheets
        self._list_turns = list_turns
        self._person_turns = person_turns
        self._caller = caller
        self._cookies_to_set = cookies
        self._deadline = deadline
        self._browse = export.reading.browse
        self._patience = TURN_WAIT_SECONDS  # of the next look
        self._reading = replace(export.reading, browse=self._browse_in_turn)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Makes the file, and sends it to its end.

        Raises TooManyRequests, Unavailable, ClientLeft, and what a look does, before it has begun.
        """
        async with AsyncExitStack() as turn:
            gone = turn.enter_context(client_departure(receive))
            await self._make_and_send(turn, gone, scope, send)

    async def _make_and_send(
        self, turn: AsyncExitStack, gone: asyncio.Task[None], scope: Any, send: Any
    ) -> None:
        making = asyncio.create_task(self._make(turn, language_of(scope["headers"])))
        try:
            now = asyncio.get_running_loop().time()
            timeout = None if self._deadline is None else self._deadline - now
            await asyncio.wait({making, gone}, timeout=timeout, return_when="FIRST_COMPLETED")
            has_begun = not (making.done() or gone.done())
            if has_begun:
                await self._send_head(send)  # Contract: 1.16
                await asyncio.wait({making, gone}, return_when="FIRST_COMPLETED")
            if gone.done():
                if not has_begun:
                    raise ClientLeft
                return
            try:
                file = await making
            except (Refusal, Unavailable) as error:
                if not has_begun:
                    raise
                note_cut("an export", error, scope)
                return
            if not has_begun:
                await self._send_head(send, os.fstat(file.fileno()).st_size)
            await _send_file(file, gone, scope, send)
        finally:
            making.cancel()
            await asyncio.wait({making})
            if not making.cancelled() and making.exception() is None:
                making.result().close()

    async def _make(self, turn: AsyncExitStack, language: Language) -> BinaryIO:
        """Makes the file when its turn has come; that of the person goes on until it is sent.

        Raises TooManyRequests, and as `Sheets.write`.
        """
        await turn.enter_async_context(self._list_turns.turn_to_answer(self._caller, 0))
        style = SheetStyle(self._export.format, self._export.zone, language)
        async with self._list_turns.turn_to_export(self._caller):
            return await self._sheets.write(self._reading, style)

    async def _browse_in_turn(self, look: Callable[[ports.Unit], T]) -> T:
        """Looks when its turn has come. Raises TooManyRequests, and what the look does."""
        if self._reading.event is not None:  # it is not the first
            await self._give_way()
        async with self._list_turns.turn_to_go_on(self._caller, self._patience):
            found = await self._browse(look)
        self._patience = NEXT_TURN_WAIT_SECONDS
        return found

    async def _give_way(self) -> None:
        """Pauses between two looks, for longer while others are served, but never for long."""
        for _ in range(MAX_PAUSES):
            await asyncio.sleep(PAUSE_SECONDS)
            if not self._person_turns.given_count:
                return

    async def _send_head(self, send: Any, size: int | None = None) -> None:
        """Sends the head. Raises Unavailable where it is not known yet whether there is a file."""
        event = self._reading.event
        if event is None:
            raise Unavailable
        headers = {
            **NO_STORE,
            "Content-Disposition": content_disposition(event.name, self._export.format),
        }
        if size is not None:
            headers["Content-Length"] = str(size)
        media_type = MEDIA_TYPES[self._export.format]
        head = LongAnswer(headers=headers, cookies=self._cookies_to_set, media_type=media_type)
        await head.start_response(send)


async def _send_file(file: BinaryIO, gone: asyncio.Task[None], scope: Any, send: Any) -> None:
    """Sends a file for as long as somebody reads; that of one who does not is cut off."""
    more = True
    while more and not gone.done():
        body = file.read(PIECE_BYTES)
        more = len(body) == PIECE_BYTES
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await send({"type": "http.response.body", "body": body, "more_body": more})
        except TimeoutError:
            note_cut("an export", Unavailable(), scope)
            return
        await asyncio.sleep(0)
