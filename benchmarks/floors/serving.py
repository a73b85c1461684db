"""How a floor is served: by uvicorn with the settings of the service, and its own protocols."""

from __future__ import annotations

import gc
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any, cast

import uvicorn

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


async def application(
    name: str, database: str, people: int, events: int, redis: str
) -> Application:
    """Makes the one of this name; imports nothing that only others need."""
    if name == "idiom":
        from benchmarks.floors.idiom.app import idiom

        return cast(Application, await idiom(database, redis, people, events))
    if name == "bare":
        from benchmarks.floors.bare import bare

        return bare
    if name == "route":
        from benchmarks.floors.litestar_route import route

        return route()
    if name == "sends":
        from benchmarks.floors.sends import Sends

        return Sends()
    from benchmarks.floors.rooms import Rooms
    from benchmarks.floors.steps import opened_steps

    return Rooms(await opened_steps(name, database, people, events))


class _Server(uvicorn.Server):
    """Says where it is once it serves."""

    def __init__(self, config: uvicorn.Config, name: str, port: int) -> None:
        super().__init__(config)
        self._ready = f"{name} is at http://127.0.0.1:{port}"

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        gc.collect()
        gc.freeze()
        print(self._ready, flush=True)


async def serve(name: str, database: str, people: int, events: int, redis: str) -> None:
    """Serves until SIGINT or SIGTERM."""
    sys.setswitchinterval(0.0005)
    app = await application(name, database, people, events, redis)
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=16 * 1024,
        ws_ping_interval=10.0,
        ws_ping_timeout=10.0,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=2048,
        timeout_graceful_shutdown=1,
    )
    await _Server(config, name, listener.getsockname()[1]).serve(sockets=[listener])
