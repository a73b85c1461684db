"""Calls as one browser makes them: over one connection, with the cookies it was given."""

from __future__ import annotations

import asyncio
import json
import ssl
from urllib.parse import SplitResult

from tests.chaos.felt import Failed

CSRF = "chaos"


class Browser:
    """Somebody's; ``cookies`` are sent with every call, and those that are set are kept."""

    def __init__(self, url: SplitResult, trusts: ssl.SSLContext | None, **cookies: str) -> None:
        self._url = url
        self._trusts = trusts
        self._cookies = {"csrftoken": CSRF, **cookies}
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> None:
        """Makes a call that has to go well. Raises Failed, OSError, EOFError."""
        await self._call("GET", path, b"")

    async def post(self, path: str, **given: str) -> None:
        """Makes a call with these fields, as `get` does."""
        await self._call("POST", path, json.dumps(given).encode())

    def leave(self) -> None:
        """Drops its connection; the next call makes another one."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None

    async def _call(self, method: str, path: str, body: bytes) -> None:
        if self._streams is None:
            host, port = self._url.hostname, self._url.port
            self._streams = await asyncio.open_connection(host, port, ssl=self._trusts)
        reader, writer = self._streams
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        head = [
            f"{method} {path} HTTP/1.1",
            f"Host: {self._url.netloc}",
            f"Origin: {self._url.scheme}://{self._url.netloc}",
            f"X-CSRFToken: {CSRF}",
            f"Cookie: {cookies}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
        ]
        writer.write("\r\n".join([*head, "", ""]).encode() + body)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        length = 0
        for line in lines[1:]:
            name, _, value = line.partition(":")
            if name.lower() == "content-length":
                length = int(value)
            if name.lower() == "set-cookie":
                cookie, _, text = value.split(";")[0].strip().partition("=")
                self._cookies[cookie] = text
        answer = await reader.readexactly(length)
        status = int(lines[0].split()[1])
        if status != 200 or not answer.startswith(b'{"error":0,'):
            raise Failed(f"{path} was answered by {status}: {answer[:120].decode()}")
