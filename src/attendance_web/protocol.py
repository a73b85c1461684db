"""uvicorn's sockets, with what it does not tell: who ended one, and a way to cut a stuck one."""

from __future__ import annotations

from typing import Any, Final, Protocol

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

EXTENSION: Final = "attendance.peer"
UNREADABLE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)
LINGER_SECONDS: Final = 2.0  # for what was written already to arrive before the connection is cut


class Peer(Protocol):
    """The other end of a socket."""

    said_goodbye: bool

    def farewell(self) -> None:
        """Answers a goodbye, which is kept back until then; without one it does nothing."""
        ...

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

    def data_received(self, data: bytes) -> None:
        """A handshake that cannot be read is refused; uvicorn would say nothing and wait."""
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_complete:
            self.handshake_complete = True
            self.close_sent = True
            self.transport.write(UNREADABLE)
            self.transport.close()

    def handle_close(self, event: Frame) -> None:
        """A Close frame: a goodbye, unless it answers one of ours.

        It is answered by `farewell`: whoever sees the connection closed has been heard.
        """
        if self.close_sent or self.transport.is_closing() or self.conn.close_rcvd is None:
            super().handle_close(event)
            return
        self.said_goodbye = True
        self.stop_keepalive()
        code, reason = self.conn.close_rcvd.code, self.conn.close_rcvd.reason
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})

    def farewell(self) -> None:
        """See `Peer`."""
        if self.said_goodbye and not self.close_sent and not self.transport.is_closing():
            self.close_sent = True
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()

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
