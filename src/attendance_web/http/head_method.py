"""HEAD: whatever GET would answer, without the body. Contract: 1.6."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

HEAD_EXTENSION: Final = "attendance.head"

Application = Callable[[Any, Any, Any], Awaitable[None]]  # of ASGI, whoever has typed it


def wants_head(scope: Any) -> bool:
    """Tells whether only the head of an answer is wanted, so that no file has to be read for it."""
    return HEAD_EXTENSION in scope.get("extensions", {})


async def answer_without_body(
    application: Application, scope: Any, receive: Any, send: Any
) -> None:
    """Has the application answer a GET, and sends only the head of it.

    An answer in pieces has its end with the first one: whoever makes it finds the client gone.
    """
    is_ended = False

    async def send_head(message: Any) -> None:
        nonlocal is_ended
        if is_ended:
            return
        if message["type"] == "http.response.body":
            message, is_ended = {**message, "body": b"", "more_body": False}, True
        await send(message)

    scope.setdefault("extensions", {})[HEAD_EXTENSION] = True
    await application({**scope, "method": "GET"}, receive, send_head)
