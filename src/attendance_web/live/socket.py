"""A WebSocket as its visit needs it: it speaks as ASGI does, whatever carries it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from attendance_core.errors import Language
from attendance_web.live.peer import Peer
from attendance_web.live.text_frame import TextFrame
from attendance_web.wire.callers import Caller
from attendance_web.wire.headers import RawHeaders

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

ClientGone: Final = OSError  # how a server says that nobody is there any more


class Socket:
    """Wraps one connection; its owner alone reads, writes and closes it."""

    headers: RawHeaders = ()  # for the log of what looks like an attack
    address = ""

    def __init__(self, receive: Receive, send: Send, *, peer: Peer, language: Language) -> None:
        self.began_at = asyncio.get_running_loop().time()  # by the loop's clock
        self.peer = peer
        self.language: Language = language
        self.log_fields: MutableMapping[str, str] = {}
        self.closed_with: int | None = None  # the code, where we have closed it
        self.receive = receive
        self._send = send

    def caller(self) -> Caller:
        """Tells by whom it takes its turn to be refused."""
        return self.address

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
        self.closed_with = code
        await self._send({"type": "websocket.close", "code": code})
