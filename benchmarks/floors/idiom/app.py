"""The endpoints: who waits, and who marks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import Cookie, FastAPI, WebSocket, WebSocketException, status
from pydantic import ValidationError

from benchmarks.floors.idiom.messages import (
    COMMANDS,
    Announcement,
    Frame,
    PrepareToMark,
    frame,
)
from benchmarks.floors.idiom.rooms import Client, Rooms
from benchmarks.floors.idiom.steps import IdiomSteps, Opened, Refused, opened_steps
from benchmarks.floors.steps import Socket


async def idiom(database: str, redis: str, people: int, events: int) -> FastAPI:
    """Makes the application, over an empty database, which is filled."""
    rooms = Rooms(redis)
    await rooms.start()
    return application(await opened_steps(database, people, events), rooms)


def application(steps: IdiomSteps, rooms: Rooms) -> FastAPI:
    """Makes the application over these."""
    app = FastAPI()

    @app.get("/health/ready")
    async def ready() -> dict[str, str]:
        return {"result": "ok"}

    @app.websocket("/ws/mark_me")
    async def mark_me(
        websocket: WebSocket, event_id: UUID, sessionid: Annotated[str, Cookie()]
    ) -> None:
        async with visit(websocket, "mark_me", str(event_id), sessionid) as (client, opened):
            socket = opened.socket
            await client.begin(socket)
            joined = frame("user_joined", user_id=socket.user_id, asked_at=0)
            await rooms.announce(socket.event_id, Announcement(frame=joined))
            async for _ in websocket.iter_text():
                pass

    @app.websocket("/ws/marking")
    async def marking(
        websocket: WebSocket, event_id: UUID, sessionid: Annotated[str, Cookie()]
    ) -> None:
        async with visit(websocket, "marking", str(event_id), sessionid) as (client, opened):
            listed = [each.user_id for each in opened.askers]
            asked = [each.since for each in opened.askers]
            await client.begin(
                opened.socket, frame("marking_list", marking_list=listed, asked_at=asked)
            )
            async for text in websocket.iter_text():
                await client.tell(await obey(text, opened.socket))

    @asynccontextmanager
    async def visit(
        websocket: WebSocket, role: str, event_id: str, token: str
    ) -> AsyncIterator[tuple[Client, Opened]]:
        """Stores a socket, and forgets it at its end."""
        client = Client(websocket)
        async with rooms.joined(event_id, client):
            try:
                opened = await steps.open(role, event_id, token)
            except Refused as why:
                raise WebSocketException(status.WS_1008_POLICY_VIOLATION, str(why)) from why
            client.socket = opened.socket
            try:
                yield client, opened
            finally:
                if await steps.leave(opened.socket):
                    left = frame("user_left", user_id=opened.socket.user_id)
                    await rooms.announce(event_id, Announcement(frame=left))

    async def obey(text: str, marker: Socket) -> Frame:
        """Does what a marker says; answers what they are told of it."""
        try:
            command = COMMANDS.validate_json(text)
            if isinstance(command, PrepareToMark):
                return await hold(marker, command.params.user_id)
            return await confirm(marker)
        except (ValidationError, Refused) as why:
            return Frame(result="error", message=str(why))

    async def hold(marker: Socket, target: int) -> Frame:
        await steps.hold(marker, target)
        left = Announcement(frame=frame("user_left", user_id=target), excluded=marker.connection_id)
        await rooms.announce(marker.event_id, left)
        return frame("prepared", user_id=target, expires_in=90)

    async def confirm(marker: Socket) -> Frame:
        target = await steps.confirm(marker)
        told = Announcement(frame=frame("was_marked", user_id=marker.user_id), asker=target)
        await rooms.announce(marker.event_id, told)
        text = "Marked, thank you! You have earned 50 karma."
        return frame("marked", display_msg=text, user_id=target, n=1, paid=50)

    return app
