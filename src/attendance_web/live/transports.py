"""What carries a socket where there is no ASGI: another framework, a bot, a test."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any, Final, Protocol

from attendance_web.live.plain_peer import NORMAL

logger = logging.getLogger(__name__)

LOST: Final = 1006  # what is said where nobody said anything


class Transport(Protocol):
    """Carries the frames of one socket.

    `receive` and `send` are needed; whoever inherits from this class has the others, which do
    nothing. One frame is received at a time and one sent at a time, but both at the same time; what
    waits in either of them is cancelled when the other has found the end.
    """

    async def receive(self) -> str | bytes | None:
        """Waits for the next frame; None is a goodbye. Raises ConnectionError for a loss."""
        ...

    async def send(self, text: str) -> None:
        """Sends a frame, once there is room for it. Raises ConnectionError for a loss."""
        ...

    async def accept(self) -> None:
        """Answers the handshake, where that has waited: the opening is stored now, or refused.

        Raises ConnectionError for a loss.
        """
        return

    async def close(self, code: int) -> None:
        """Closes it from our side, behind the last frame. Raises ConnectionError for a loss."""
        return

    def cut(self, code: int) -> bool:
        """Ends it now, without a closing handshake: nobody reads it, or answers a close.

        It must not wait; ``code`` is what the close would have said. Answers whether it is cut,
        which is then a loss; where not, as here, `close` has to do.
        """
        return False


class TransportEvents:
    """Speaks for a transport as ASGI does."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._is_connected = False
        self._is_cut = False

    async def receive(self) -> MutableMapping[str, Any]:
        """Receives the next event."""
        if not self._is_connected:
            self._is_connected = True
            return {"type": "websocket.connect"}
        try:
            frame = await self._transport.receive()
        except ConnectionError:
            return {"type": "websocket.disconnect", "code": LOST}
        if frame is None:
            return {"type": "websocket.disconnect", "code": NORMAL}
        kind = "text" if isinstance(frame, str) else "bytes"
        return {"type": "websocket.receive", kind: frame}

    async def send(self, event: MutableMapping[str, Any]) -> None:
        """Sends an event. Raises ConnectionError for a loss, and once it is cut."""
        if self._is_cut:
            raise ConnectionAbortedError
        match event["type"]:
            case "websocket.accept":
                await self._transport.accept()
            case "websocket.send":
                await self._transport.send(event["text"])
            case _:
                await self._transport.close(event["code"])

    def cut(self, code: int) -> bool:
        """Cuts it where the transport can; tells whether it did."""
        try:
            self._is_cut = self._transport.cut(code)
        except Exception:  # whoever tells a room something is not to fail by one transport
            logger.exception("a transport could not be cut")
        return self._is_cut
