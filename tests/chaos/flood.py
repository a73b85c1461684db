"""What floods are made of: a connection at the attacker's address, and what is done on it."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from attendance_web.wire.credentials import session_cookie_name

ADDRESS: Final = "127.0.0.66"  # whose attack it is; bystanders come from another one
ANSWER_SECONDS: Final = 20.0  # for one answer
OPEN_STATUS: Final = "101"  # the status of a socket that was opened
PIECE_BYTES: Final = 64 * 1024  # that are read or sent at once
CSRF: Final = "X-CSRFToken: chaos\r\n"
KEYS: Final = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
GOODBYE: Final = b"\x88\x82\x00\x00\x00\x00" + (1000).to_bytes(2, "big")


@dataclass
class Done:
    """How much of it there was; ``codes`` counts answers by their status."""

    connections: int = 0
    sent: int = 0  # requests, frames, or pieces of a body
    codes: dict[str, int] = field(default_factory=dict)

    def note(self, head: bytes) -> None:
        """Counts an answer."""
        code = head.split()[1].decode()
        self.codes[code] = self.codes.get(code, 0) + 1


@dataclass(frozen=True)
class Foothold:
    """Where an attack goes, and as whom; ``others`` are at the same event, by ids and tokens."""

    host: str
    port: int
    token: str
    event_id: str
    trusts: ssl.SSLContext | None
    others: Sequence[tuple[int, str]] = ()

    def with_token(self, token: str) -> Foothold:
        """Takes it as somebody else."""
        return replace(self, token=token)

    def head(self, method: str, path: str, *, logged_in: bool = True, headers: str = "") -> bytes:
        """Writes a head without its end; ``logged_in`` is of the account, else of nobody."""
        secure = self.trusts is not None
        session = f"; {session_cookie_name(secure=secure)}={self.token}" if logged_in else ""
        origin = f"{'https' if secure else 'http'}://{self.host}:{self.port}"
        lines = f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nOrigin: {origin}\r\n"
        return f"{lines}Cookie: csrftoken=chaos{session}\r\n{CSRF}{headers}".encode()


class Connection:
    """One connection, at the attacker's address."""

    def __init__(self, foothold: Foothold, done: Done) -> None:
        self.foothold, self.done = foothold, done
        self.leaves_open: list[Connection] = []  # beside it, as long as it is there itself

    async def __aenter__(self) -> Connection:
        self.reader, self.writer = await asyncio.open_connection(
            self.foothold.host,
            self.foothold.port,
            local_addr=(ADDRESS, 0),
            ssl=self.foothold.trusts,
        )
        self.done.connections += 1
        return self

    async def __aexit__(self, *_: object) -> None:
        for each in (self, *self.leaves_open):
            each.writer.transport.abort()

    async def call(
        self, path: str, body: bytes | None = None, *, logged_in: bool = True, media: str = ""
    ) -> None:
        """Makes one whole call, a POST where there is a body. Raises OSError, EOFError."""
        if body is None:
            await self.say(self.foothold.head("GET", path, logged_in=logged_in) + b"\r\n")
        else:
            headers = (
                f"Content-Type: {media or 'application/json'}\r\nContent-Length: {len(body)}\r\n"
            )
            await self.say(
                self.foothold.head("POST", path, logged_in=logged_in, headers=headers)
                + b"\r\n"
                + body
            )
        await self.answer()

    async def post(self, path: str, **given: Any) -> Any:
        """Makes a call with these fields; answers the envelope of its answer."""
        headers = "Content-Type: application/json\r\n"
        body = json.dumps(given).encode()
        headers += f"Content-Length: {len(body)}\r\n\r\n"
        await self.say(self.foothold.head("POST", path, headers=headers) + body)
        return json.loads(await self.answer())

    async def say(self, said: bytes) -> None:
        """Sends it."""
        self.writer.write(said)
        self.done.sent += 1
        await self.writer.drain()

    async def answer(self) -> bytes:
        """Reads one whole answer; answers its body, where that has a length.

        Raises EOFError where the connection ends behind it.
        """
        return (await self._answered())[1]

    async def head_of_answer(self) -> bytes:
        """Reads one whole answer; answers its head. Raises as `answer` does."""
        return (await self._answered())[0]

    async def _answered(self) -> tuple[bytes, bytes]:
        """Reads one whole answer; answers its head, and its body where that has a length."""
        body = b""
        async with asyncio.timeout(ANSWER_SECONDS):
            head_as_sent = await self.reader.readuntil(b"\r\n\r\n")
            head = head_as_sent.lower()
            self.done.note(head)
            _, has_length, rest = head.partition(b"content-length:")
            if has_length:
                body = await self.reader.readexactly(int(rest.split(b"\r", 1)[0]))
            elif b"transfer-encoding: chunked" in head:
                while size := int(await self.reader.readuntil(b"\r\n"), 16):
                    await self.reader.readexactly(size + 2)
                await self.reader.readexactly(2)
        if b"connection: close" in head:
            raise EOFError
        return head_as_sent, body

    async def opens(self, role: str, *, news: bool = False) -> None:
        """Opens a socket, and hears its first frame or its end."""
        path = f"/ws/{role}?event_id={self.foothold.event_id}{'&news=1' * news}"
        headers = f"Upgrade: websocket\r\nConnection: Upgrade\r\n{KEYS}\r\n"
        await self.say(self.foothold.head("GET", path, headers=headers))
        async with asyncio.timeout(ANSWER_SECONDS):
            head = await self.reader.readuntil(b"\r\n\r\n")
            self.done.note(head)
            await self.reader.read(1)

    async def say_frame(self, text: bytes) -> None:
        """Sends a command."""
        length = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2)
        await self.say(b"\x81" + length + b"\0\0\0\0" + text)

    async def stays(self) -> None:
        """Hears all there is, until the end."""
        while await self.reader.read(PIECE_BYTES):
            pass


Act = Callable[[Connection], Awaitable[None]]


@dataclass(frozen=True)
class Flood:
    """What each of so many connections does, over and over, from when it is there."""

    what: str
    act: Act
    connections: int = 16
    begins: Act | None = None  # what it does once before that
    needs_crowded_database: bool = False  # many names, without which it is no attack
    waiting: int = 0  # others who wait at the attacker's event, and hear news
    marking: int = 0  # others who mark there
    entries: int = 0  # of the ledger of the attacker's event
    by_provider: bool = False  # whether the service lets people in by a university


def calls(path: str, *, logged_in: bool = True) -> Act:
    """Makes an act of the same call again and again."""
    return lambda connection: connection.call(path, logged_in=logged_in)
