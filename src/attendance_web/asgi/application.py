"""The two sockets over ASGI: who is let in, and who is turned away. Contract: 6, Opening."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from inspect import isawaitable
from typing import Any, Final

from attendance_core.accounts import Actor
from attendance_core.errors import MissingScope, NotLoggedIn
from attendance_core.marking.connections import Role
from attendance_web.asgi.socket_params import SocketParams
from attendance_web.live.live import Live
from attendance_web.live.openings import SCOPE, Entrant
from attendance_web.live.peer import PEER_EXTENSION, Peer
from attendance_web.live.plain_peer import PlainPeer
from attendance_web.live.socket import Receive, Send, Socket
from attendance_web.wire.callers import Caller, address_of, network_of
from attendance_web.wire.credentials import check_person, is_secure
from attendance_web.wire.headers import header
from attendance_web.wire.language import preferred_language
from attendance_web.wire.log_fields import log_fields_of, note_caller
from attendance_web.wire.origins import origin_is_foreign, origin_of
from attendance_web.wire.refusals import BadAddress, ForeignOrigin
from attendance_web.wire.values import InvalidValue

Scope = MutableMapping[str, Any]
# Finds who opens a socket, from the scope of ASGI: None is nobody. It may raise a refusal, which is
# told over the socket, and closes it by its kind. Contract: 10.5
Identify = Callable[[Scope], Awaitable[Actor | None] | Actor | None]
CallerOf = Callable[[Scope], Caller]

ROLES: Final = {"/mark_me": Role.MARK_ME, "/marking": Role.MARKING}
ORIGINS_NAMED_IN: Final = "`origins` of `attendance_web.asgi.sockets`"
UPGRADE_TEXT: Final = b"This is the address of a WebSocket.\n"
UNKNOWN_TEXT: Final = b"There is nothing at this address.\n"
HANDSHAKE_ANSWERS: Final = "websocket.http.response"  # an extension of ASGI, which uvicorn has


def sockets(
    live: Live, identify: Identify, *, origins: Iterable[str] = (), prefix: str = ""
) -> SocketApplication:
    """Makes an ASGI application of ``/mark_me`` and ``/marking``, to be mounted anywhere.

    ``identify`` is the host's own: it finds who opens a socket, as an `Actor`, or None for nobody.
    A refusal that it raises is told, and closes by its kind; anything else is a fault, which is
    logged, and clients come back after a pause. A page may open one from the host and port that it
    came from, and from ``origins``, which are like ``https://example.org``. ``prefix`` is before
    both addresses, where what mounts this leaves it in the path and does not name it in
    ``root_path``. Raises ValueError for what is no origin, or no prefix. Contract: 10.5.
    """
    if isinstance(origins, str):
        raise TypeError("origins are several: a list of addresses like https://example.org")
    allowed = frozenset(_origin_of(each) for each in origins)
    if prefix and not prefix.startswith("/"):
        raise ValueError(f"a prefix begins with a slash, like /live, and is not {prefix!r}")
    return SocketApplication(live, identify, origins=allowed, prefix=prefix.rstrip("/"))


def _origin_of(address: str) -> str:
    try:
        return origin_of(address.removesuffix("/"))
    except ValueError:
        raise ValueError(
            "each of origins is like https://example.org, with its scheme, and without a path or "
            f"a *; and not {address!r}"
        ) from None


def caller_by_network(scope: Scope) -> Caller:
    """Tells by whom a socket takes its turn to be refused: the network it comes from."""
    return network_of(address_of(scope))


class SocketApplication:
    """Lets people in at the two sockets: an ASGI application for any server."""

    def __init__(
        self,
        live: Live,
        identify: Identify,
        *,
        origins: frozenset[str],
        origins_named_in: str = ORIGINS_NAMED_IN,
        prefix: str = "",
        caller_of: CallerOf = caller_by_network,
    ) -> None:
        self._live = live
        self._identify = identify
        self._origins = origins
        self._origins_named_in = origins_named_in
        self._roles = {
            f"{prefix}{path}{end}": role
            for path, role in ROLES.items()
            for end in ("", "/")  # Litestar writes one behind whatever is below a mount
        }
        self._caller_of = caller_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one socket to its end; one at another path is refused in its handshake.

        Raises RuntimeError for what is neither a socket nor a request; NotStarted, Closed and
        WrongLoop where `Live` does not run here.
        """
        role = self._roles.get(_path_of(scope))
        if scope["type"] == "http":
            await _refuse(send, "http.response", 404 if role is None else 426)
        elif scope["type"] != "websocket":
            raise RuntimeError(f"no {scope['type']} is served here: see attendance_web.asgi")
        elif role is None and HANDSHAKE_ANSWERS in (scope.get("extensions") or {}):
            await _refuse(send, HANDSHAKE_ANSWERS, 404)
        elif role is None:
            await send({"type": "websocket.close"})  # which servers make 403 of
        else:
            await self._serve(scope, receive, send, role)

    def _serve(self, scope: Scope, receive: Receive, send: Send, role: Role) -> Awaitable[None]:
        peer: Peer | None = scope.get("extensions", {}).get(PEER_EXTENSION)
        if peer is None:
            return self._serve_with_plain_peer(scope, receive, send, role)
        socket = AsgiSocket(scope, receive, send, peer, self._caller_of)
        return self._live.serve(socket, role, lambda: self._find_entrant(socket))

    async def _serve_with_plain_peer(
        self, scope: Scope, receive: Receive, send: Send, role: Role
    ) -> None:
        """Serves one at a server that has nothing of ours."""
        peer = PlainPeer(receive)
        socket = AsgiSocket(scope, peer.receive, send, peer, self._caller_of)
        await self._live.serve(socket, role, lambda: self._find_entrant(socket))
        await peer.close_if_due(socket)

    async def _find_entrant(self, socket: AsgiSocket) -> Entrant:
        """Finds who wants in, and where.

        Raises ForeignOrigin, NotLoggedIn, BadParams, OtherPerson, MissingScope, BadEventId, in this
        order; and what `identify` raises.
        """
        scope = socket.scope
        if origin_is_foreign(socket.headers, self._origins, secure=is_secure(scope)):
            raise ForeignOrigin(named_in=self._origins_named_in)
        found = self._identify(scope)
        actor = await found if isawaitable(found) else found
        if actor is None:
            raise NotLoggedIn
        if not isinstance(actor, Actor):
            raise TypeError(f"identify answers an Actor, or None, and no {type(actor).__name__}")
        params = SocketParams.of_query(scope["query_string"])
        try:
            check_person(actor, params.person_text)
        except InvalidValue:
            raise BadAddress from None
        if not actor.may(SCOPE):
            raise MissingScope
        event_id = params.event_id()
        note_caller(scope, actor.user_id)
        return Entrant(actor, event_id, params.hears_news)


class AsgiSocket(Socket):
    """Wraps a socket as an ASGI server hands it over."""

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, peer: Peer, caller_of: CallerOf
    ) -> None:
        language = preferred_language(header(scope["headers"], "accept-language"))
        super().__init__(receive, send, peer=peer, language=language)
        self.scope = scope
        self.headers = scope["headers"]
        self.address = address_of(scope)
        self.log_fields = log_fields_of(scope)
        self._caller_of = caller_of

    def caller(self) -> Caller:
        """Tells by whom it takes its turn to be refused."""
        return self._caller_of(self.scope)


def _path_of(scope: Scope) -> str:
    """Finds the path below what this is mounted at.

    ASGI has ``path`` begin with ``root_path``; some frameworks cut it off all the same.
    """
    path: str = scope.get("path", "")
    root: str = scope.get("root_path", "").rstrip("/")
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


async def _refuse(send: Send, message_prefix: str, status: int) -> None:
    body = UPGRADE_TEXT if status == 426 else UNKNOWN_TEXT
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
    if status == 426:
        headers.append((b"upgrade", b"websocket"))
    await send({"type": f"{message_prefix}.start", "status": status, "headers": headers})
    await send({"type": f"{message_prefix}.body", "body": body})
