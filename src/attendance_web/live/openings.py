"""How a socket is let in, or turned away, whatever carries it. Contract: 6, Opening.

The visit that owns a socket is the only one to read, write and close it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from attendance_core.accounts import Actor
from attendance_core.bearer_tokens import TokenScope
from attendance_core.errors import (
    LeaseLost,
    NotLoggedIn,
    PersonNotFound,
    Refusal,
    Unavailable,
)
from attendance_core.marking.connections import Role
from attendance_core.vocabulary import EventId, Seconds
from attendance_web.live.close_codes import refusal_code
from attendance_web.live.messages import encode_error
from attendance_web.live.socket import ClientGone, Socket
from attendance_web.live.sockets import Sockets
from attendance_web.live.visit import Visit
from attendance_web.wire.security_log import SECURITY
from attendance_web.wire.turns import NoTurn

logger = logging.getLogger(__name__)

# From asking whether somebody who waits for a refusal has left until it is asked again
POLL_EVERY: Final[Seconds] = 0.2
SCOPE: Final = TokenScope.MARK  # Contract: 9.3


@dataclass(frozen=True, slots=True)
class Entrant:
    """Tells whom a socket is opened for, in which event."""

    actor: Actor
    event_id: EventId
    hears_news: bool  # that clients of old do not know


# Finds that out, within the time that an opening has; it raises what refuses it
FindEntrant = Callable[[], Awaitable[Entrant]]


class Openings:
    """Serves sockets, each from its handshake to its end."""

    def __init__(self, sockets: Sockets) -> None:
        self._sockets = sockets

    async def serve(self, socket: Socket, role: Role, find_entrant: FindEntrant) -> None:
        """Lets a socket in, and serves it to its end; or turns it away with the reason."""
        sockets = self._sockets
        with sockets.track():
            try:
                async with sockets.opening_queue.opening() as opening:
                    entrant = await find_entrant()
                    del find_entrant  # which is not kept as long as the socket is open
                    async with opening.turn(entrant.actor.user_id) as release:
                        if sockets.is_draining:  # it might end before the store has answered
                            raise Unavailable
                        with sockets.person_sockets.one_more(entrant.actor.user_id):
                            async with sockets.rooms.enter(entrant.event_id) as room:
                                visit = Visit(
                                    socket,
                                    sockets,
                                    room,
                                    entrant.actor,
                                    role,
                                    release,
                                    hears_news=entrant.hears_news,
                                )
                                await visit.run()
            except NoTurn as no_turn:
                logger.warning("an opening found no turn: too many wait")
                await self._wait_to_be_told(socket, no_turn)
                await self._turn_away(socket, Unavailable())
            except TimeoutError:
                logger.warning("an opening took too long")
                await self._turn_away(socket, Unavailable())
            except LeaseLost:
                await self._turn_away(socket, Unavailable())
            except PersonNotFound:  # deleted since somebody found who they are
                await self._turn_away(socket, NotLoggedIn())
            except (Refusal, Unavailable) as error:
                await self._turn_away(socket, error)
            except ClientGone:
                logger.debug("a client went away during the handshake")
            except Exception:
                logger.exception("an opening failed")
                await self._turn_away(socket, Unavailable())

    async def _turn_away(self, socket: Socket, error: Refusal | Unavailable) -> None:
        """Accepts, so that a browser can show the text; one error frame; close."""
        socket.log_fields["code"] = error.code
        if isinstance(error, Refusal):
            SECURITY.note_refusal(error, socket.headers, socket.address)
            await self._wait_to_be_told(socket, error)
        # Who came at once would be told at once
        await self._sockets.frame_turns.turn(socket.caller())
        with suppress(ClientGone):
            await socket.accept()
            await socket.send(encode_error(error, socket.language))
            await socket.close(refusal_code(error))

    async def _wait_to_be_told(self, socket: Socket, error: Exception) -> None:
        wait = self._sockets.refusal_pace.note(error, socket.caller(), socket.began_at)
        await _wait_while_there(socket, wait)


async def _wait_while_there(socket: Socket, seconds: Seconds) -> None:
    """Waits so long, or until the client has left.

    Thousands a second may open a socket and cut it, and each of them would be kept meanwhile.
    """
    clock = asyncio.get_running_loop().time
    until = clock() + seconds
    while (seconds_left := until - clock()) > 0 and not socket.peer.has_left():
        await asyncio.sleep(min(seconds_left, POLL_EVERY))
