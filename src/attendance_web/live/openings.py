"""The two sockets: who is let in, and who is turned away. Contract: 6, Opening.

The visit that owns a socket is the only one to read, write and close it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs
from uuid import UUID

from attendance_core.accounts import Actor
from attendance_core.bearer_tokens import TokenScope
from attendance_core.errors import LeaseLost, MissingScope, NotLoggedIn, Refusal, Unavailable
from attendance_core.marking.connections import Role
from attendance_core.vocabulary import EventId, Seconds
from attendance_web.live.asgi import ClientGone, Receive, Scope, Send, Socket
from attendance_web.live.close_codes import refusal_code
from attendance_web.live.messages import encode_error
from attendance_web.live.opening_turns import Opening
from attendance_web.live.sockets import Sockets
from attendance_web.live.visit import Visit
from attendance_web.wire.credentials import Credential, check_person, credential_from
from attendance_web.wire.headers import header
from attendance_web.wire.language import preferred
from attendance_web.wire.log_fields import note_caller
from attendance_web.wire.origins import origin_is_foreign
from attendance_web.wire.refusals import BadEventId, BadParams, ForeignOrigin
from attendance_web.wire.security_log import SECURITY
from attendance_web.wire.turns import NoTurn
from attendance_web.wire.values import InvalidValue

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS: Final[Seconds] = 0.2  # whether somebody is still there who waits for a refusal
MAX_FIELDS: Final = 100  # of an address
SCOPE: Final = TokenScope.MARK  # Contract: 9.3
PATHS: Final = {"/ws/mark_me": Role.MARK_ME, "/ws/marking": Role.MARKING}


class SocketApplication:
    """Lets people in at the two sockets: an ASGI application for any server."""

    def __init__(self, sockets: Sockets) -> None:
        self._sockets = sockets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one socket to its end; one at another path is refused in its handshake."""
        role = PATHS.get(scope["path"])
        if role is None:
            await send({"type": "websocket.close"})
        else:
            await self._serve(Socket(scope, receive, send), role)

    async def _serve(self, socket: Socket, role: Role) -> None:
        sockets = self._sockets
        with sockets.track():
            try:
                credential = self._credential_of(socket)
                if sockets.is_draining:  # it might end before the store has answered
                    raise Unavailable
                async with sockets.openings.opening() as opening:
                    wish = Wish.of_query(socket.query)
                    actor, event_id = await self._admit(socket, credential, wish, opening)
                    note_caller(socket.scope, actor.user_id)
                    async with opening.turn(actor.user_id) as release:
                        if sockets.is_draining:
                            raise Unavailable
                        with sockets.of_people.one_more(actor.user_id):
                            async with sockets.rooms.enter(event_id) as room:
                                visit = Visit(
                                    socket,
                                    sockets,
                                    room,
                                    actor,
                                    role,
                                    release,
                                    hears_news=wish.hears_news,
                                )
                                await visit.run()
            except NoTurn as none:
                logger.warning("an opening found no turn: too many wait")
                await self._wait_to_be_told(socket, none)
                await self._turn_away(socket, Unavailable())
            except TimeoutError:
                logger.warning("an opening took too long")
                await self._turn_away(socket, Unavailable())
            except (Refusal, Unavailable, LeaseLost) as error:
                await self._turn_away(
                    socket, Unavailable() if isinstance(error, LeaseLost) else error
                )
            except ClientGone:
                logger.debug("a client went away during the handshake")
            except Exception:
                logger.exception("an opening failed")
                await self._turn_away(socket, Unavailable())

    def _credential_of(self, socket: Socket) -> Credential:
        """Reads who it says it is; this needs no store. Raises ForeignOrigin, NotLoggedIn."""
        allowed, secure = self._sockets.allowed_origins, socket.is_secure
        if origin_is_foreign(socket.headers, allowed, secure=secure):
            raise ForeignOrigin
        credential = credential_from(socket.headers, secure=secure)
        if credential is None:
            raise NotLoggedIn
        return credential

    async def _admit(
        self, socket: Socket, credential: Credential, wish: Wish, opening: Opening
    ) -> tuple[Actor, EventId]:
        """Finds who wants in, and where.

        Raises NotLoggedIn, BadParams, OtherPerson, MissingScope, BadEventId, in this order; NoTurn,
        Unavailable.
        """
        actor = await opening.identify(
            credential, socket.address, lambda: self._identify(credential)
        )
        try:
            check_person(actor, wish.person)
        except InvalidValue:
            raise BadParams from None
        if not actor.may(SCOPE):
            raise MissingScope
        return actor, wish.event_id()

    async def _identify(self, credential: Credential) -> Actor:
        """Finds who shows this. Raises NotLoggedIn, Unavailable."""
        actor = await self._sockets.use_cases.identify(token=credential.token, kind=credential.kind)
        if actor is None:
            raise NotLoggedIn
        return actor

    async def _turn_away(self, socket: Socket, error: Refusal | Unavailable) -> None:
        """Accepts, so that a browser can show the text; one error frame; close."""
        language = preferred(header(socket.headers, "accept-language"))
        socket.log_fields["code"] = error.code
        if isinstance(error, Refusal):
            SECURITY.note_refusal(error, socket.headers, socket.address)
            await self._wait_to_be_told(socket, error)
        caller = self._sockets.openings.seen.caller_of(socket.scope)
        await self._sockets.frame_turns.turn(caller)  # who came at once would be told at once
        with suppress(ClientGone):
            await socket.accept()
            await socket.send(encode_error(error, language))
            await socket.close(refusal_code(error))

    async def _wait_to_be_told(self, socket: Socket, error: Exception) -> None:
        caller = self._sockets.openings.seen.caller_of(socket.scope)
        wait = self._sockets.refusals.wait_of(error, caller, socket.began)
        await _wait_while_there(socket, wait)


async def _wait_while_there(socket: Socket, seconds: Seconds) -> None:
    """Waits, but not for whoever has left: thousands a second open and cut, and each is kept."""
    clock = asyncio.get_running_loop().time
    until = clock() + seconds
    while (left := until - clock()) > 0 and not socket.peer.has_left():
        await asyncio.sleep(min(left, LOOK_EVERY_SECONDS))


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address of a socket asks for, as it was given."""

    event_ids: Sequence[str]
    acts_for: Sequence[str]  # empty: it does not say
    hears_news: bool  # that clients of old do not know

    @classmethod
    def of_query(cls, query: bytes) -> Wish:
        """Reads the query of an address."""
        try:
            given = parse_qs(
                query.decode("latin-1"), keep_blank_values=True, max_num_fields=MAX_FIELDS
            )
        except ValueError:  # nobody needs so many, which take 4 ms
            given = {}
        return cls(given.get("event_id", ()), given.get("as", ()), given.get("news") == ["1"])

    @property
    def person(self) -> str | None:
        """For whom it is opened, where it says so; two are no id."""
        return ", ".join(self.acts_for) if self.acts_for else None

    def event_id(self) -> EventId:
        """Reads the one event id. Raises BadEventId."""
        try:
            (text,) = self.event_ids
            event_id = UUID(text)
        except ValueError:
            raise BadEventId(field="event_id") from None
        if str(event_id) != text.lower():
            raise BadEventId(field="event_id")
        return EventId(event_id)
