"""One request over ASGI by a client that reads when it is told to, and may go at any time."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

from attendance_web.wire.client_gone import GONE_EXTENSION, Departure


class AsgiClient:
    """Makes one request of an application; ``body`` is what was read so far."""

    def __init__(
        self, app: Any, path: str, *, address: str = "10.0.0.1", session: str = "", secret: str = ""
    ) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.pieces: list[bytes] = []
        self.is_whole = False  # its end has come
        self._to_read = 0  # pieces
        self._may_read = asyncio.Event()
        self._gone = asyncio.Event()
        self._departure = Departure()
        self._has_asked = False
        self._posted = b""  # of a POST
        self._app = app
        shown = [(b"cookie", f"sessionid={session}".encode())] if session else []
        if secret:
            shown.append((b"authorization", f"Board {secret}".encode()))
        self._scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(b"host", b"attendance.test"), (b"accept-language", b"en"), *shown],
            "client": (address, 1),
            "server": ("attendance.test", 80),
            "extensions": {GONE_EXTENSION: self._departure},
        }
        self.task: asyncio.Task[None] | None = None

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    def ask(self, *, reads: int = 1_000_000, method: str = "GET", **given: Any) -> AsgiClient:
        """Sends a request; ``reads`` pieces of its answer are read."""
        self._scope |= {"method": method, "query_string": urlencode(given).encode()}
        self.read(reads)
        self.task = asyncio.create_task(self._app(self._scope, self._receive, self._send))
        return self

    def post(self, *, reads: int = 1_000_000, **given: Any) -> AsgiClient:
        """Sends a POST with these arguments, as our page does; reads as `ask`."""
        self._posted = json.dumps(given).encode()
        self._scope["headers"] += [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(self._posted)),
            (b"cookie", b"csrftoken=t"),
            (b"x-csrftoken", b"t"),
        ]
        return self.ask(reads=reads, method="POST")

    def read(self, pieces: int) -> None:
        """Reads more of the answer, once that comes."""
        self._to_read += pieces
        self._may_read.set()

    def disconnect(self) -> None:
        """Closes its connection: from then on it takes nothing."""
        self._gone.set()
        self.read(1)

    def say_no_more(self) -> None:
        """Closes its half of the connection, as all do that go; the other half looks open."""
        self._departure.note()

    async def ended(self) -> AsgiClient:
        """Waits until the application has done all it does for this request."""
        assert self.task is not None
        async with asyncio.timeout(10):
            await self.task
        return self

    async def _receive(self) -> dict[str, Any]:
        if not self._has_asked:
            self._has_asked = True
            return {"type": "http.request", "body": self._posted, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            if self._gone.is_set():
                return
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        while not self._to_read:
            self._may_read.clear()
            await self._may_read.wait()
        self._to_read -= 1
        if self._gone.is_set():
            return
        assert not self.is_whole, "something was said behind the end"
        self.pieces.append(message.get("body", b""))
        self.is_whole = not message.get("more_body", False)
        if self.is_whole:
            self._gone.set()  # as a server says it of an answer that has ended
