"""uvicorn's sockets, with what it does not tell: who ended one, and a way to cut a stuck one."""

from __future__ import annotations

from typing import Any, Final, Protocol

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

EXTENSION: Final = "attendance.peer"
LINGER_SECONDS: Final = 2.0  # for what was written already to arrive before the connection is cut


class Peer(Protocol):
    """The other end of a socket."""

    said_goodbye: bool

    def cut(self, code: int) -> None:
        """Ends the connection soon, whether or not anybody reads."""
        ...


class PeerProtocol(WebSocketsSansIOProtocol):
    """One connection. Its `Peer` is in the extensions of the ASGI scope.

    A goodbye is a Close frame that the client began (contract 6.6). uvicorn reports a reset and
    a Close frame without a code alike, and closes of its own as if the client had begun them.
    """

    said_goodbye = False

    def handle_connect(self, event: Request) -> None:
        """A handshake; the application's task begins after this step of the loop."""
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[EXTENSION] = self

    def handle_close(self, event: Frame) -> None:
        """A Close frame: a goodbye, unless it answers one of ours."""
        if not self.close_sent:
            self.said_goodbye = True
        super().handle_close(event)

    def keepalive_timeout(self) -> None:
        """Nobody answers pings; what they do not read must not keep the connection."""
        super().keepalive_timeout()
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    async def send(self, message: ASGISendEvent) -> None:
        """Raises ClientDisconnected, an OSError, also where the connection ended meanwhile."""
        try:
            await super().send(message)
        except RuntimeError as error:
            if self.close_sent:
                raise ClientDisconnected from error
            raise

    def cut(self, code: int) -> None:
        """A Close frame behind what was written already, and soon an end whoever reads."""
        if self.handshake_complete and not self.close_sent and not self.transport.is_closing():
            self.stop_keepalive()
            self.conn.send_close(code)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self.loop.call_later(LINGER_SECONDS, self.transport.abort)
