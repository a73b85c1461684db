"""A socket that was let in: opening, commands, hanging up. Contract: 6."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Final

from attendance_core.accounts import Actor
from attendance_core.errors import LeaseLost, Refusal, Unavailable
from attendance_core.marking.connections import Role
from attendance_core.marking.endings import Ending
from attendance_core.marking.frames import WasMarked
from attendance_core.marking.places import Marked
from attendance_core.vocabulary import Seconds
from attendance_web.live.close_codes import (
    EVENT_ENDING,
    FAILED,
    LARGE,
    MARKED,
    PLACE_ENDING,
    RESTART,
    SLOW,
    TOO_MANY,
)
from attendance_web.live.commands import GivenCommand, decode
from attendance_web.live.log_context import logged_with
from attendance_web.live.messages import PONG, encode, encode_error
from attendance_web.live.outbox import Outbox
from attendance_web.live.outboxes import close_for
from attendance_web.live.peer import TOO_LARGE_KEY, TOO_MANY_FRAMES_KEY
from attendance_web.live.room import Room
from attendance_web.live.socket import ClientGone, Socket
from attendance_web.live.sockets import Sockets
from attendance_web.wire.refusals import BadFrame, TooManyFrames
from attendance_web.wire.security_log import SECURITY
from attendance_web.wire.turns import NoTurn

logger = logging.getLogger(__name__)

GOODBYE_SECONDS: Final[Seconds] = 2.0  # a goodbye is answered when it counts, or after so long
# Contract: 1.16, for a command of one who does much at once
TURN_WAIT_SECONDS: Final[Seconds] = 4.0
SEND_SECONDS: Final[Seconds] = 15.0  # one frame may take so long before its reader counts as gone


class Visit:
    """Serves a socket in its room: it reads, and has a writer for what cannot be written at once.

    Whichever of the two ends first ends the other. ``release`` is called once the opening is
    stored.
    """

    def __init__(
        self,
        socket: Socket,
        sockets: Sockets,
        room: Room,
        actor: Actor,
        role: Role,
        release: Callable[[], None],
        *,
        hears_news: bool,
    ) -> None:
        self._socket = socket
        self._sockets = sockets
        self._room = room
        self._release = release
        self._connection = sockets.new_connection(actor, room.event_id, role)
        self._outbox = Outbox(self._connection, socket.language, socket.peer, hears_news=hears_news)
        self._reader_limit = asyncio.timeout(None)  # none, until a writer that ends ends the reader
        self._is_talking = True  # until the reader has ended
        self._writer: asyncio.Task[bool] | None = None  # the last one
        # Of this socket, before any frame. A writer is mostly begun by what another one did, whose
        # request and frame its own logs would tell otherwise
        self._context = copy_context()
        self._frame_count = 0  # frames that its client has sent
        self._is_stored = False  # for certain
        self._ends_place = False  # it was closed so that the place, or the hold, ends at once
        self._ends_by_event = False  # so were perhaps all of its event, together

    async def run(self) -> None:
        """Serves it to its end.

        Raises what refuses the opening; once that is stored, nothing but cancellation.
        """
        perhaps_stored = False
        peer, connection = self._socket.peer, self._connection
        stay = self._sockets.stays.begin(
            connection.event_id,
            connection.user_id,
            lambda: self._ends_place or peer.said_goodbye,
        )
        try:
            await self._sockets.stays.wait_for_goodbyes(connection.event_id, connection.user_id)
            perhaps_stored = True  # also where nobody can say
            perhaps_stored = await self._store_opening()
            self._release()
            self._is_stored = True
            if self._sockets.is_draining:
                self._outbox.close(RESTART)
            peer.count_control_frames_with(
                partial(self._sockets.frame_turns.take, connection.user_id)
            )
            await self._socket.accept()
            await self._talk()
        except (Refusal, LeaseLost):
            perhaps_stored = False
            raise
        finally:
            self._room.remove(connection)
            if perhaps_stored:
                hang_ups = self._sockets.hang_ups
                hang_up = hang_ups.begin(
                    connection, goodbye=stay.goes_without_grace, by_event=self._ends_by_event
                )
                hang_up.add_done_callback(lambda _: stay.end())
                if not self._is_stored:
                    hang_ups.begin_after_abandoned_opening(connection)
                if peer.said_goodbye:
                    await asyncio.wait({hang_up}, timeout=GOODBYE_SECONDS)
            else:
                stay.end()
            peer.answer_goodbye()

    async def _store_opening(self) -> bool:
        """Stores the opening and tells the room, before the handshake is answered.

        False where there was nothing to store: its person is marked already.
        """
        use_cases = self._sockets.use_cases
        # Before it is announced, so that their name goes out with it
        if self._connection.role is Role.MARKING:
            await self._room.people.load_missing([self._connection.user_id])
            marker_opened = await use_cases.ready_to_mark(connection=self._connection)
            self._room.add_marker(self._outbox, marker_opened)
            return True
        await self._room.people.reload([self._connection.user_id])
        asker_opened = await use_cases.mark_me(connection=self._connection)
        state = asker_opened.place.state
        if isinstance(state, Marked):
            if self._room.knows_newer(asker_opened.place):  # annulled since. Contract: 8.7
                self._outbox.close(RESTART)
                return False
            self._outbox.close(MARKED, encode(WasMarked(state.marker), self._outbox.language))
            return False
        self._room.add_asker(self._outbox, asker_opened)
        return True

    async def _talk(self) -> None:
        try:
            async with self._reader_limit:
                self._outbox.start(self._ask_for_writer)
                await self._read()
        except Exception as error:
            if not self._reader_limit.expired():
                self._fail(error)
        finally:
            self._is_talking = False
            if self._writer is not None:
                self._writer.cancel()
                await asyncio.wait({self._writer})

    def _ask_for_writer(self) -> None:
        """Has a writer begin in its turn: an event that ends closes all its sockets at once."""
        self._sockets.rooms.turns.writers.ask(self._connection.event_id, self._begin_writer)

    def _begin_writer(self) -> bool:
        if self._is_talking:
            self._writer = asyncio.create_task(self._write(), context=self._context)
            self._writer.add_done_callback(self._writer_ended, context=self._context)
        return self._is_talking

    def _writer_ended(self, writer: asyncio.Task[bool]) -> None:
        if writer.cancelled():
            return
        error = writer.exception()
        if error is not None:
            self._fail(error)
        if self._is_talking and (error is not None or writer.result()):
            self._reader_limit.reschedule(0)

    def _fail(self, error: BaseException) -> None:
        logger.error("a socket failed", exc_info=error)
        self._socket.peer.end_soon(FAILED)

    async def _write(self) -> bool:
        """Sends what the outbox holds, and closes when that says so.

        Tells whether the socket has ended by it.
        """
        while (item := self._outbox.take()) is not None:
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    if isinstance(item, int):
                        self._ends_place = item in PLACE_ENDING
                        self._ends_by_event = item in EVENT_ENDING
                        await self._socket.close(item)
                        return True
                    await self._socket.send(item)
            except TimeoutError:
                self._socket.peer.end_soon(SLOW)
                return True
            except ClientGone:
                return True
        return False

    async def _read(self) -> None:
        """Carries out frames one after another, until the connection ends.

        Of whoever sends too many, and then leaves, nothing more is begun.
        """
        peer, sent_too_many = self._socket.peer, False
        while True:
            event = await self._socket.receive()
            if event["type"] == "websocket.disconnect":
                return
            if sent_too_many and peer.has_left():
                continue
            frame_turns, user_id = self._sockets.frame_turns, self._connection.user_id
            sent_too_many = await frame_turns.wait_for_frame_turn(user_id) > 0
            if sent_too_many and peer.has_left():
                continue
            if self._outbox.is_closing:
                continue  # it has been sent the last thing; nothing more is carried out
            if TOO_MANY_FRAMES_KEY in event:
                refusal = TooManyFrames()
                self._socket.log_fields["code"] = refusal.code
                SECURITY.note_refusal(refusal, self._socket.headers, self._socket.address)
                self._outbox.close(TOO_MANY, encode_error(refusal, self._outbox.language))
                continue
            if TOO_LARGE_KEY in event:
                self._outbox.close(LARGE)
                continue
            with self._outbox.answering():
                await self._handle_frame(event.get("text"))

    async def _handle_frame(self, text: str | None) -> None:
        """Answers one frame. What is logged meanwhile has its number, and a message of ours."""
        self._frame_count += 1
        begun, message = time.perf_counter(), "unknown"
        with logged_with(frame=self._frame_count):
            try:
                if text is None:
                    raise BadFrame
                given = decode(text, self._connection.role)
                message = given.command.message
                with logged_with(message=message):
                    code = await self._execute(given)
            except Refusal as refusal:
                code = refusal.code
                self._outbox.put(encode_error(refusal, self._outbox.language))
        self._sockets.on_command(message, code, time.perf_counter() - begun)

    async def _execute(self, given: GivenCommand) -> str:
        """Carries it out and tells the socket what came of it; answers "ok", or a code."""
        outbox, command = self._outbox, given.command
        try:
            if command.use_case_of is None:
                outbox.put(PONG)
            else:
                use_case = command.use_case_of(self._sockets.use_cases)
                user_id = self._connection.user_id
                async with self._sockets.person_turns.turn(user_id, TURN_WAIT_SECONDS):
                    await self._room.carry_out(
                        outbox, use_case(connection=self._connection, target=given.target)
                    )
            return "ok"
        except (Refusal, LeaseLost) as error:
            ending = Ending.of(error)
            if ending is not None:
                close_for(outbox, ending)
            elif isinstance(error, Refusal):
                outbox.put(encode_error(error, outbox.language))
            return error.code if isinstance(error, Refusal) else "lease_lost"
        except (Unavailable, NoTurn):
            outbox.put(encode_error(Unavailable(), outbox.language))
        except Exception:
            logger.exception("a command failed")
            outbox.put(encode_error(Unavailable(), outbox.language))
        return Unavailable.code
