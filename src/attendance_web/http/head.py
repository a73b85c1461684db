"""HEAD: whatever GET would answer, without the body. Contract: 1.6."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

Application = Callable[[Any, Any, Any], Awaitable[None]]  # of ASGI, whoever has typed it


async def answer_without_body(
    application: Application, scope: Any, receive: Any, send: Any
) -> None:
    """Has the application answer a GET, and sends only the head of it."""

    async def send_head(message: Any) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    await application({**scope, "method": "GET"}, receive, send_head)
