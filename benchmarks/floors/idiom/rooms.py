"""Who is in an event in this process, and what Redis brings for them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from fastapi import WebSocket, WebSocketDisconnect
from redis.asyncio import BlockingConnectionPool, Redis

from benchmarks.floors.idiom.messages import Announcement, Frame
from benchmarks.floors.steps import Socket

log = logging.getLogger(__name__)
CONNECTIONS: Final = 10
NOBODYS_CHANNEL: Final = "nobody's"  # always listened to: without any, listening ends
LAST_MESSAGE: Final = "was_marked"  # the frame that a socket ends with


class Client:
    """A socket, which is told things in their order from `begin` on."""

    def __init__(self, websocket: WebSocket) -> None:
        self.socket: Socket | None = None  # until it is stored
        self._websocket = websocket
        self._early: list[Frame] | None = []

    async def begin(self, socket: Socket, *first: Frame) -> None:
        """Lets it in and tells it this, and then what has come meanwhile."""
        await self._websocket.accept()
        early = self._early = [*first, *(self._early or [])]
        while early:
            await self._write(early.pop(0))
        self._early = None

    async def tell(self, frame: Frame) -> None:
        """Writes this now, or when it is its turn."""
        if self._early is not None:
            self._early.append(frame)
        else:
            await self._write(frame)

    async def _write(self, frame: Frame) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):  # they have just gone
            await self._websocket.send_text(frame.model_dump_json())
            if frame.message == LAST_MESSAGE:
                await self._websocket.close()


class Room:
    """The clients of an event, and whether Redis knows that we listen."""

    def __init__(self) -> None:
        self.clients = set[Client]()
        self.subscribed = asyncio.Event()

    async def tell(self, announcement: Announcement) -> None:
        """Tells those whom it is for, one after another."""
        for client in list(self.clients):
            socket = client.socket
            if socket is None:
                continue
            if announcement.asker is None:
                is_for = socket.role == "marking" and socket.connection_id != announcement.excluded
            else:
                is_for = socket.role == "mark_me" and socket.user_id == announcement.asker
            if is_for:
                await client.tell(announcement.frame)


class Rooms:
    """Those that somebody is in, over one connection that listens for all of them."""

    def __init__(self, url: str) -> None:
        # Any other pool refuses whoever comes when all are in use
        pool = BlockingConnectionPool.from_url(
            url, max_connections=CONNECTIONS, decode_responses=True
        )
        self._redis = Redis(connection_pool=pool)
        self._listening = self._redis.pubsub()
        self._turn = asyncio.Lock()  # or subscribing would overtake its contrary
        self._rooms = dict[str, Room]()
        self._listener: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to listen."""
        await self._listening.subscribe(NOBODYS_CHANNEL)
        self._listener = asyncio.create_task(self._listen())

    async def announce(self, event_id: str, announcement: Announcement) -> None:
        """Tells all processes, this one too."""
        await self._redis.publish(event_id, announcement.model_dump_json())

    @asynccontextmanager
    async def joined(self, event_id: str, client: Client) -> AsyncIterator[None]:
        """Has a client hear of an event, from before it looks into the database."""
        room = self._rooms.get(event_id)
        is_new = room is None
        if room is None:
            room = self._rooms[event_id] = Room()
        room.clients.add(client)
        try:
            if is_new:
                async with self._turn:
                    await self._listening.subscribe(event_id)
            await room.subscribed.wait()
            yield
        finally:
            room.clients.discard(client)
            if not room.clients:
                del self._rooms[event_id]
                async with self._turn:
                    await self._listening.unsubscribe(event_id)

    async def _listen(self) -> None:
        async for heard in self._listening.listen():
            room = self._rooms.get(heard["channel"])
            if room is None:
                continue
            if heard["type"] == "subscribe":
                room.subscribed.set()
            elif heard["type"] == "message":
                try:
                    await room.tell(Announcement.model_validate_json(heard["data"]))
                except Exception:
                    log.exception("an announcement was lost")
