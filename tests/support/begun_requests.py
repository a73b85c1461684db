"""Requests that are served in turns, and an application that notes which have begun."""

from __future__ import annotations

import asyncio
from typing import Any

from attendance_web.http.head_method import Application
from attendance_web.http.request_turns import RequestTurns

FLOODER, OTHER = "192.0.2.1", "192.0.2.2"  # who asks


class NotingApplication:
    """An application that notes who came, and goes on when it may."""

    def __init__(self) -> None:
        self.clients: list[str] = []
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.clients.append(scope["client"][0])
        if not self.may_go_on.is_set():
            await self.may_go_on.wait()


def asks(
    turns: RequestTurns,
    begun: Application,
    client: str,
    path: str = "/",
    token: str = "",
    send: Any = None,
) -> Any:
    """Has a client make a request, with this session; answers the task that serves it."""
    headers = [(b"cookie", f"sessionid={token}".encode())] if token else []
    scope = {"path": path, "client": (client, 1), "headers": headers, "scheme": "http"}
    return asyncio.create_task(turns.serve(begun, scope, None, send))
