"""A socket that was let in: opening, commands, hanging up. Contract: 6."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect
from structlog.contextvars import bound_contextvars

from attendance_core.accounts import Actor
from attendance_core.errors import LeaseLost, Refusal, Unavailable
from attendance_core.marking.connections import Role
from attendance_core.marking.frames import WasMarked
from attendance_core.marking.places import Marked
from attendance_core.marking.readings import Outcome
from attendance_web.live.close_codes import (
    FAILED,
    FINAL,
    MARKED,
    OPEN,
    RESTART,
    SLOW,
    TOO_MANY,
    code_of,
)
from attendance_web.live.messages import (
    PONG,
    Command,
    ConfirmMarking,
    Ping,
    PrepareToMark,
    RefuseToMark,
    decode,
    encode,
    encode_error,
)
from attendance_web.live.outbox import Outbox
from attendance_web.live.peer import EXTENSION, FLOODED, Peer
from attendance_web.live.rooms import Room, end
from attendance_web.live.sockets import Presence
from attendance_web.wire.headers import header
from attendance_web.wire.language import preferred
from attendance_web.wire.refusals import BadFrame, TooManyFrames

logger = logging.getLogger(__name__)

Socket = WebSocket[Any, Any, Any]

GONE: Final = (OSError, WebSocketDisconnect)  # how the server and Litestar say that nobody is there
FAREWELL_SECONDS: Final = 2.0  # a goodbye is answered when it counts, or after so long
SEND_SECONDS: Final = 15.0  # one frame may take so long before its reader counts as gone
MESSAGES: Final[dict[type[Command], str]] = {
    PrepareToMark: "prepare_to_mark",
    ConfirmMarking: "confirm_marking",
    RefuseToMark: "refuse_to_mark",
    Ping: "ping",
}


class Visit:
    """A socket in its room: one reader, one writer, and whoever ends first ends the other."""

    def __init__(
        self,
        socket: Socket,
        presence: Presence,
        room: Room,
        actor: Actor,
        role: Role,
        opened: Callable[[], None],
    ) -> None:
        """``opened`` is called once the opening is stored."""
        extensions: Any = socket.scope["extensions"]
        self._peer: Peer = extensions[EXTENSION]
        self._socket = socket
        self._presence = presence
        self._room = room
        self._opened = opened
        self._connection = presence.connection(actor, room.event_id, role)
        language = preferred(header(socket.scope["headers"], "accept-language"))
        self._outbox = Outbox(self._connection, language, lambda: self._peer.cut(SLOW))
        self._frames = 0  # it has sent
        self._is_stored = False  # for certain
        self._is_over = False  # ended so that the place, or the hold, ends at once

    async def run(self) -> None:
        """Raises what refuses the opening; once it is stored, nothing but cancellation."""
        perhaps_stored = True  # also where nobody can say
        try:
            perhaps_stored = await self._open()
            self._opened()
            self._is_stored = True
            if self._presence.is_draining:
                self._outbox.close(RESTART)
            await self._socket.accept()
            await self._talk()
        except (Refusal, LeaseLost):
            perhaps_stored = False
            raise
        finally:
            self._room.closed(self._connection)
            if perhaps_stored:
                goodbye = self._is_over or self._peer.said_goodbye
                connection_id = self._connection.connection_id
                stored = self._presence.hang_up(connection_id, goodbye=goodbye)
                if not self._is_stored:
                    self._presence.hang_up_later(connection_id)
                if self._peer.said_goodbye:
                    await asyncio.wait({stored}, timeout=FAREWELL_SECONDS)
            self._peer.farewell()

    async def _open(self) -> bool:
        """Stores the opening and tells the room, before the handshake is answered.

        False where there was nothing to store: its person is marked already.
        """
        use_cases = self._presence.use_cases
        if self._connection.role is Role.MARKING:
            ready = await use_cases.ready_to_mark(connection=self._connection)
            self._room.ready(self._outbox, ready)
            return True
        # Before it is announced, so that their name goes out with it
        await self._room.people.meet_again([self._connection.user_id])
        place = await use_cases.mark_me(connection=self._connection)
        if isinstance(place.state, Marked):
            told = encode(WasMarked(place.state.by), self._outbox.language)
            self._outbox.close(MARKED, told)
            return False
        self._room.waits(self._outbox, place)
        return True

    async def _talk(self) -> None:
        reader = asyncio.create_task(self._read())
        writer = asyncio.create_task(self._write())
        try:
            await asyncio.wait({reader, writer}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            reader.cancel()
            writer.cancel()
            ended = await asyncio.gather(reader, writer, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                logger.error("a socket failed", exc_info=error)
                self._peer.cut(FAILED)

    async def _write(self) -> None:
        """Sends what the outbox holds, and closes when it says so."""
        while True:
            told = await self._outbox.next()
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    if isinstance(told, int):
                        self._is_over = told in FINAL
                        await self._socket.close(code=told)
                        return
                    await self._socket.send_text(told)
            except TimeoutError:
                self._peer.cut(SLOW)
                return
            except GONE:
                return

    async def _read(self) -> None:
        """Carries out frames one after another, until the connection ends."""
        while True:
            event: Any = await self._socket.receive()
            if event["type"] == "websocket.disconnect":
                return
            if self._outbox.is_closing:
                continue  # it has been told the last thing; nothing more is carried out
            if FLOODED in event:
                refusal = encode_error(TooManyFrames(), self._outbox.language)
                self._outbox.close(TOO_MANY, refusal)
                continue
            with self._outbox.answering():
                await self._obey(event.get("text"))

    async def _obey(self, text: str | None) -> None:
        """One frame. Its number, and its message where that is one of ours, follow it in logs."""
        self._frames += 1
        begun, message = time.perf_counter(), "unknown"
        with bound_contextvars(frame=self._frames):
            try:
                if text is None:
                    raise BadFrame
                command = decode(text, self._connection.role)
                message = MESSAGES[type(command)]
                with bound_contextvars(message=message):
                    outcome = await self._carried_out(command)
            except Refusal as refusal:
                outcome = refusal.code
                self._outbox.put(encode_error(refusal, self._outbox.language))
        self._presence.commanded(message, outcome, time.perf_counter() - begun)

    async def _carried_out(self, command: Command) -> str:
        """How it ended: "ok", or a code. Whatever it is, the socket has been told."""
        outbox = self._outbox
        try:
            if isinstance(command, Ping):
                outbox.put(PONG)
            else:
                await self._room.carry_out(outbox, self._use_case(command))
            return "ok"
        except (Refusal, LeaseLost) as error:
            if code_of(OPEN, type(error)) is not None:
                end(outbox, type(error))
            elif isinstance(error, Refusal):
                outbox.put(encode_error(error, outbox.language))
            return error.code if isinstance(error, Refusal) else "lease_lost"
        except Unavailable as error:
            outbox.put(encode_error(error, outbox.language))
        except Exception:
            logger.exception("a command failed")
            outbox.put(encode_error(Unavailable(), outbox.language))
        return Unavailable.code

    def _use_case(self, command: Command) -> Awaitable[Outcome]:
        use_cases, connection = self._presence.use_cases, self._connection
        match command:
            case PrepareToMark(user_id):
                return use_cases.prepare_to_mark(connection=connection, user_id=user_id)
            case ConfirmMarking(user_id):
                return use_cases.confirm_marking(connection=connection, user_id=user_id)
            case RefuseToMark(user_id):
                return use_cases.refuse_to_mark(connection=connection, user_id=user_id)
            case Ping():
                raise TypeError("a ping is answered where it is read")
