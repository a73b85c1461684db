"""A WebSocket over ASGI, as the visit of its client needs it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from attendance_web.live.peer import PEER_EXTENSION, Peer, UnknownPeer
from attendance_web.live.text_frame import TextFrame
from attendance_web.wire.callers import address_of
from attendance_web.wire.credentials import is_secure
from attendance_web.wire.headers import RawHeaders
from attendance_web.wire.log_fields import log_fields_of

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

ClientGone: Final = OSError  # how a server says that nobody is there any more


class Socket:
    """Wraps one connection; its owner alone reads, writes and closes it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.began = asyncio.get_running_loop().time()  # by the loop's clock
        self.headers: RawHeaders = scope["headers"]
        self.query: bytes = scope["query_string"]
        self.is_secure = is_secure(scope)
        self.peer: Peer = scope.get("extensions", {}).get(PEER_EXTENSION) or UnknownPeer()
        self.log_fields = log_fields_of(scope)
        self.address = address_of(scope)
        self.receive = receive
        self._send = send

    async def accept(self) -> None:
        """Answers the handshake. Raises OSError where the client has gone."""
        event = await self.receive()
        if event["type"] != "websocket.connect":
            raise ConnectionAbortedError
        await self._send({"type": "websocket.accept"})

    async def send(self, frame: TextFrame) -> None:
        """Sends a frame. Raises OSError where the client has gone."""
        await self._send({"type": "websocket.send", "text": frame.text})

    async def close(self, code: int) -> None:
        """Closes it with a code. Raises OSError where the client has gone."""
        await self._send({"type": "websocket.close", "code": code})
