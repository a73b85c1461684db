"""The bare server: a constant to whoever asks, and a socket that hears and says nothing."""

from __future__ import annotations

from typing import Final

from benchmarks.floors.serving import Receive, Scope, Send

BODY: Final = b'{"result":"ok"}'
START: Final = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", b"15")],
}


async def answer(send: Send) -> None:
    """Says that all is well."""
    await send(START)
    await send({"type": "http.response.body", "body": BODY})


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Serves one request, or one socket to its end."""
    if scope["type"] == "http":
        await answer(send)
        return
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass
