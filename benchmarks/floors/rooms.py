"""The socket protocol of a marking and nothing else, over whatever keeps the steps."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import msgspec

from benchmarks.floors.bare import answer
from benchmarks.floors.serving import Receive, Scope, Send
from benchmarks.floors.steps import Socket, Steps

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def _frame(message: str, **params: Any) -> dict[str, Any]:
    spelt = _encode({"result": "ok", "message": message, "params": params})
    return {"type": "websocket.send", "text": spelt.decode()}


@dataclass
class _Room:
    """Who is in an event."""

    waiting: dict[int, Send] = field(default_factory=dict)
    markers: dict[str, Send] = field(default_factory=dict)

    async def tell(self, frame: dict[str, Any], excluded: str = "") -> None:
        """Tells every marker but the one of the connection that is excluded."""
        for connection_id, send in list(self.markers.items()):
            if connection_id != excluded:
                with suppress(OSError):  # they have just gone
                    await send(frame)


class Rooms:
    """An application that believes what clients say, but for what the steps look at."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._rooms = defaultdict[str, _Room](_Room)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request, or one socket to its end."""
        if scope["type"] == "http":
            await answer(send)
            return
        role = scope["path"].rpartition("/")[2]
        (event_id,) = parse_qs(scope["query_string"].decode())["event_id"]
        token = dict(scope["headers"])[b"cookie"].decode().partition("=")[2]
        socket = await self._steps.open(role, event_id, token)
        room = self._rooms[event_id]
        try:
            await send({"type": "websocket.accept"})
            if role == "marking":
                room.markers[socket.connection_id] = send
                listed = list(room.waiting)
                await send(_frame("marking_list", marking_list=listed, asked_at=[0] * len(listed)))
            else:
                room.waiting[socket.user_id] = send
                await room.tell(_frame("user_joined", user_id=socket.user_id, asked_at=0))
            while (heard := await receive())["type"] != "websocket.disconnect":
                if "text" in heard:
                    await self._obey(_decode(heard["text"]), socket, room, send)
        finally:
            await self._leave(socket, room)

    async def _obey(self, said: Any, socket: Socket, room: _Room, send: Send) -> None:
        if said["message"] == "prepare_to_mark":
            target = said["params"]["user_id"]
            await self._steps.hold(socket, target)
            await send(_frame("prepared", user_id=target, expires_in=90))
            await room.tell(_frame("user_left", user_id=target), socket.connection_id)
            return
        target = await self._steps.confirm(socket)
        asker = room.waiting.pop(target, None)
        if asker is not None:
            with suppress(OSError):
                await asker(_frame("was_marked", user_id=socket.user_id))
                await asker({"type": "websocket.close", "code": 1000})
        text = "Marked, thank you! You have earned 50 karma."
        await send(_frame("marked", display_msg=text, user_id=target, n=1, paid=50))

    async def _leave(self, socket: Socket, room: _Room) -> None:
        room.markers.pop(socket.connection_id, None)
        was_waiting = room.waiting.pop(socket.user_id, None) if socket.role == "mark_me" else None
        await self._steps.leave(socket)
        if was_waiting is not None:
            await room.tell(_frame("user_left", user_id=socket.user_id))
