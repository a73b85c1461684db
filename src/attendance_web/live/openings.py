"""The two sockets: who is let in, and who is turned away. Contract: 6.

The handler that owns a socket is the only one to read, write and close it.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from urllib.parse import parse_qs
from uuid import UUID

from litestar import websocket

from attendance_core.accounts import Actor
from attendance_core.errors import LeaseLost, NotLoggedIn, Refusal, Unavailable
from attendance_core.marking.connections import Role
from attendance_core.vocabulary import EventId
from attendance_web.live.close_codes import OPENING, TRY_AGAIN, code_of
from attendance_web.live.messages import encode_error
from attendance_web.live.sockets import Presence
from attendance_web.live.visit import GONE, Socket, Visit
from attendance_web.wire.credentials import Shown, origin_is_foreign, shown
from attendance_web.wire.headers import header
from attendance_web.wire.language import preferred
from attendance_web.wire.refusals import BadEventId, ForeignOrigin

logger = logging.getLogger(__name__)


@websocket("/ws/mark_me")
async def mark_me(socket: Socket) -> None:
    """I wait to be marked."""
    await serve(socket, Role.MARK_ME)


@websocket("/ws/marking")
async def marking(socket: Socket) -> None:
    """I am ready to mark others."""
    await serve(socket, Role.MARKING)


async def serve(socket: Socket, role: Role) -> None:
    """One socket's life."""
    presence: Presence = socket.app.state.presence
    with presence.present():
        try:
            credential = _shown(socket, presence)
            async with presence.openings.turn() as opened:
                if presence.is_draining:
                    raise Unavailable
                actor, event_id = await _admit(socket, presence, credential)
                async with presence.rooms.enter(event_id) as room:
                    await Visit(socket, presence, room, actor, role, opened).run()
        except TimeoutError:
            logger.warning("an opening took too long")
            await _turn_away(socket, Unavailable())
        except (Refusal, Unavailable, LeaseLost) as error:
            await _turn_away(socket, Unavailable() if isinstance(error, LeaseLost) else error)
        except GONE:
            logger.debug("a client went away during the handshake")
        except Exception:
            logger.exception("an opening failed")
            await _turn_away(socket, Unavailable())


def _shown(socket: Socket, presence: Presence) -> Shown:
    """What it shows of who it is; this needs no store. Raises ForeignOrigin, NotLoggedIn."""
    headers = socket.scope["headers"]
    if origin_is_foreign(headers, presence.allowed_origins):
        raise ForeignOrigin
    credential = shown(headers)
    if credential is None:
        raise NotLoggedIn
    return credential


async def _admit(socket: Socket, presence: Presence, credential: Shown) -> tuple[Actor, EventId]:
    """Raises NotLoggedIn, BadEventId, in this order; and Unavailable."""
    actor = await presence.use_cases.identify(
        token=credential.token, credential=credential.credential
    )
    if actor is None:
        raise NotLoggedIn
    return actor, event_id_of(socket.scope["query_string"])


def event_id_of(query: bytes) -> EventId:
    """The one event id of a socket's address. Raises BadEventId."""
    given = parse_qs(query.decode("latin-1"), keep_blank_values=True).get("event_id", [])
    try:
        (text,) = given
        event_id = UUID(text)
    except ValueError:
        raise BadEventId(field="event_id") from None
    if str(event_id) != text.lower():
        raise BadEventId(field="event_id")
    return EventId(event_id)


async def _turn_away(socket: Socket, error: Refusal | Unavailable) -> None:
    """Accepts, so that a browser can show the text; one error frame; close."""
    code = code_of(OPENING, type(error)) or TRY_AGAIN
    language = preferred(header(socket.scope["headers"], "accept-language"))
    with suppress(*GONE):
        await socket.accept()
        await socket.send_text(encode_error(error, language))
        await socket.close(code=code)
