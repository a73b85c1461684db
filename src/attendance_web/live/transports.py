"""What carries a socket where there is no ASGI: another framework, a bot, a test."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, Final, Protocol

from attendance_web.live.plain_peer import NORMAL

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


class TransportEvents:
    """Speaks for a transport as ASGI does."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._is_connected = False

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
        """Sends an event. Raises ConnectionError for a loss."""
        match event["type"]:
            case "websocket.accept":
                await self._transport.accept()
            case "websocket.send":
                await self._transport.send(event["text"])
            case _:
                await self._transport.close(event["code"])
