"""People who send a body, piece by piece."""

from __future__ import annotations

import asyncio
from typing import Any

from attendance_core.vocabulary import UserId
from attendance_web.http.incoming_bodies import Bodies

ANNA, BORIS = UserId(1), UserId(2)
HALL_ADDRESS, OTHER_ADDRESS = "192.0.2.1", "192.0.2.2"
LARGEST_BYTES = 16 * 1024 * 1024


def uploading(bodies: Bodies, person: UserId, sender: Sender) -> asyncio.Task[bytes]:
    """Begins to take in an upload of this person, from its head to its end."""

    async def read() -> bytes:
        with bodies.upload(person, LARGEST_BYTES) as body:
            return await body.read(sender.receive, LARGEST_BYTES)

    return asyncio.create_task(read())


async def settled() -> None:
    """Returns when everything that can go on has."""
    for _ in range(10):
        await asyncio.sleep(0)


class Sender:
    """Sends a body in pieces, each when the test says so."""

    def __init__(self) -> None:
        self._pieces = asyncio.Queue[dict[str, Any]]()

    async def receive(self) -> dict[str, Any]:
        return await self._pieces.get()

    def sends(self, piece: bytes, *, more: bool) -> None:
        self._pieces.put_nowait({"type": "http.request", "body": piece, "more_body": more})
