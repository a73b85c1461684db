"""What one of a set of sockets says is sent to all of them, one after another."""

from __future__ import annotations

from benchmarks.floors.bare import answer
from benchmarks.floors.serving import Receive, Scope, Send


class Sends:
    """Sends to every socket of a set what one of them says."""

    def __init__(self) -> None:
        self._all = set[Send]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one socket to its end."""
        if scope["type"] == "http":
            await answer(send)
            return
        await send({"type": "websocket.accept"})
        self._all.add(send)
        while (heard := await receive())["type"] != "websocket.disconnect":
            message = {"type": "websocket.send", "text": heard.get("text", "")}
            for each in list(self._all):
                await each(message)
        self._all.discard(send)
