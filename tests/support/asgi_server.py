"""A server of a host, as an ASGI application sees it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.live_host import PATIENCE_SECONDS, Host, hosted


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    async with hosted() as opened:
        yield opened


class Server:
    """As much of a server as one socket needs; it has nothing of ours."""

    def __init__(self, app: Any, path: str = "/mark_me", **scope: Any) -> None:
        self.sent: list[dict[str, Any]] = []
        self.to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.to_app.put_nowait({"type": "websocket.connect"})
        self._scope = {
            "type": "websocket",
            "path": path,
            "query_string": b"",
            "headers": [],
            "scheme": "ws",
            **scope,
        }
        self._app = app

    async def _send(self, event: Any) -> None:
        self.sent.append(event)

    async def serve(self) -> list[Any]:
        """Serves it to its end; answers the codes of errors, other messages and the close code."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._app(self._scope, self.to_app.get, self._send)
        told: list[Any] = []
        for event in self.sent:
            if event["type"] == "websocket.send":
                frame = json.loads(event["text"])
                told.append(frame.get("params", {}).get("code") or frame["message"])
            elif event["type"] == "websocket.close":
                told.append(event.get("code"))
        return told


def query(event_id: object, more: str = "") -> dict[str, Any]:
    return {"query_string": f"event_id={event_id}{more}".encode()}
