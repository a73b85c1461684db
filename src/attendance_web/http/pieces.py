"""Sends answers that are long lists: read, encoded and sent a piece at a time. Contract: 1.20.

Between two pieces the event loop serves others, and no look, connection or transaction is open;
the next is read when the client has taken the one before. What fits in one piece is answered as
whatever else is, and waits for no turn but that of its look.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import msgspec
from litestar import Response
from litestar.datastructures import Cookie
from litestar.response.base import ASGIResponse

from attendance_core.errors import Refusal, Unavailable
from attendance_core.pieces import MAX_PIECE
from attendance_core.vocabulary import Seconds
from attendance_web.http.client_leaving import client_departure
from attendance_web.http.envelope import JSON, NO_STORE, encode_around_rows, success
from attendance_web.http.list_turns import ListTurns
from attendance_web.http.long_answers import LongAnswer, note_cut
from attendance_web.wire.callers import Caller
from attendance_web.wire.refusals import ClientLeft

T = TypeVar("T")  # a row of the answer
A = TypeVar("A")  # the whole answer

SEND_SECONDS: Final[Seconds] = 30.0  # for one piece, some 100 KB, of a client that reads slowly
# Until the turn of a further piece; the answer has begun
NEXT_TURN_WAIT_SECONDS: Final[Seconds] = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces(Generic[T, A]):
    """An answer with a list that may be long.

    ``begin`` begins to read its values, ``show`` makes a row of one, and ``answer_of`` the answer
    that has these rows.
    """

    begin: Callable[[], AsyncIterator[Sequence[Any]]]
    show: Callable[[Any], T]
    answer_of: Callable[[list[T]], A]
    limit: int | None = None  # rows that were asked for

    @property
    def is_short(self) -> bool:
        """Whether one piece has all that was asked for."""
        return self.limit is not None and self.limit <= MAX_PIECE


@dataclass(frozen=True, slots=True)
class _AskedList:
    """A list that was asked for: what it is made of, for whom, and by when."""

    pieces: Pieces[Any, Any]
    list_turns: ListTurns
    caller: Caller
    cookies: list[Cookie]
    deadline: Seconds | None  # by which the answer has begun, by the clock of the event loop


class PiecesResponse(Response[bytes]):
    """Hands Litestar an answer that reads its list when it is sent."""

    def __init__(
        self,
        pieces: Pieces[Any, Any],
        *,
        list_turns: ListTurns,
        caller: Caller,
        cookies: list[Cookie],
        deadline: Seconds | None,
    ) -> None:
        super().__init__(b"")
        self._asked = _AskedList(pieces, list_turns, caller, cookies, deadline)

    def to_asgi_response(self, app: Any, request: Any, **_: Any) -> ASGIResponse:
        """Makes the answer, of which nothing has been read yet."""
        return _PiecesAnswer(self._asked, request)


class _PiecesAnswer(LongAnswer):
    """Reads and sends one list; how long it is nobody knows when it begins."""

    def __init__(self, asked: _AskedList, request: Any) -> None:
        super().__init__(headers=dict(NO_STORE), cookies=asked.cookies, media_type=JSON)
        self._asked = asked
        self._values: AsyncIterator[Sequence[Any]] | None = None  # while it is read
        self._request = request

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Reads the list, and sends it to its end.

        Raises TooManyRequests, Unavailable, ClientLeft and what the call does, before it begins.
        """
        rows: list[Any] | None
        try:
            if self._asked.pieces.is_short:
                async with asyncio.timeout_at(self._asked.deadline):
                    rows = await self._next_rows()
            else:
                rows = await self._answer_long(scope, receive, send)
        except TimeoutError:
            raise Unavailable from None
        if rows is not None:
            whole = success(self._asked.pieces.answer_of(rows), self._asked.cookies)
            await whole.to_asgi_response(None, self._request)(scope, receive, send)

    async def _answer_long(self, scope: Any, receive: Any, send: Any) -> list[Any] | None:
        """Reads what may be many pieces and, once it is known to be, sends them in its turn.

        Where there is but one, it is returned instead. Nobody's first piece is kept while they
        wait, since many may: it is read anew, but not of somebody who has gone.
        """
        turns, caller = self._asked.list_turns, self._asked.caller
        clock = asyncio.get_running_loop().time
        began = clock()
        async with AsyncExitStack() as turn:
            gone = turn.enter_context(client_departure(receive))
            async with asyncio.timeout_at(self._asked.deadline):
                rows = await self._next_rows()
                if len(rows) < MAX_PIECE:
                    return rows
                must_wait = not turns.may_answer(caller)
                if must_wait:
                    rows, self._values = [], None
                await turn.enter_async_context(turns.turn_to_answer(caller, clock() - began))
                if gone.done():
                    raise ClientLeft
                if must_wait:
                    rows = await self._next_rows()
            if len(rows) < MAX_PIECE:
                return rows
            await self._send_pieces(rows, gone, scope, send)
            return None

    async def _next_rows(self) -> list[Any]:
        """Reads the rows of the next piece when its turn has come; none at the end of the list."""
        asked, turns = self._asked, self._asked.list_turns
        if self._values is None:
            self._values = asked.pieces.begin()
            turn = turns.turn_to_begin(asked.caller)
        else:
            turn = turns.turn_to_go_on(asked.caller, NEXT_TURN_WAIT_SECONDS)
        async with turn:
            try:
                values = await anext(self._values)
            except StopAsyncIteration:
                return []
        return [asked.pieces.show(value) for value in values]

    async def _send_pieces(
        self, rows: list[Any], gone: asyncio.Task[None], scope: Any, send: Any
    ) -> None:
        """Sends piece by piece, for as long as somebody reads.

        An answer that cannot be ended, or that they may see no more of, is cut off, so that nobody
        takes it for a whole one.
        """
        turns, clock, took = self._asked.list_turns, asyncio.get_running_loop().time, 0.0
        await self.start_response(send)
        before, after = encode_around_rows(self._asked.pieces.answer_of([]))
        try:
            while rows and not gone.done():
                body = before + msgspec.json.encode(rows)[1:-1]
                async with asyncio.timeout(SEND_SECONDS):
                    await send({"type": "http.response.body", "body": body, "more_body": True})
                before = b","
                await asyncio.sleep(turns.pause_after(took))
                began = clock()
                rows = await self._next_rows()
                took = clock() - began
        except (TimeoutError, Refusal, Unavailable) as error:
            note_cut("a long answer", error, scope)
            return
        if not gone.done():
            await send({"type": "http.response.body", "body": after, "more_body": False})
