"""Requests of a house whose bodies a test sends as it likes."""

from __future__ import annotations

import asyncio

import pytest_asyncio

from tests.support.live_house import House, Visitor
from tests.support.pictures import picture

UPLOAD = "/api/profile/UpdateProfilePicture"
UPDATE_INFO = "/api/profile/UpdateProfileInfo"
LOG_IN = "/accounts/login/"
FORM = "multipart/form-data; boundary=b"
CSRF_HEADER = "X-CSRFToken: t"


@pytest_asyncio.fixture(loop_scope="module")
async def anna(house: House) -> Visitor:
    return await house.add_person()


def head(path: str, length: int, *more: str, by: Visitor | None = None) -> bytes:
    """Writes the head of a POST whose body has ``length`` bytes."""
    cookie = "Cookie: csrftoken=t" + (f"; sessionid={by.token}" if by else "")
    lines = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {length}", cookie, *more]
    return "\r\n".join([*lines, f"Content-Type: {FORM}", "", ""]).encode()


def form() -> bytes:
    """Writes the body of an upload, with a picture."""
    parts = [b'name="name"\r\n\r\na.png', b'name="image"; filename="a.png"\r\n\r\n' + picture()]
    written = b"".join(
        b"--b\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts
    )
    return written + b"--b--\r\n"


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def sends(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> bytes:
        """Reads the head and the start of the body of whatever comes first."""
        async with asyncio.timeout(10):
            told = await self.reader.readuntil(b"\r\n\r\n")
            return told + (b"" if b" 100 " in told else await self.reader.read(1000))

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.transport.abort()


async def connected(house: House, *sent: bytes) -> Client:
    """Connects, and sends these one after another."""
    client = Client(*await asyncio.open_connection("127.0.0.1", house.port))
    for part in sent:
        await client.sends(part)
    return client


def upload_bytes(house: House) -> int:
    """Counts the bytes of uploads that are coming, as the service counts them."""
    return house.app.services.bodies._uploads.size
