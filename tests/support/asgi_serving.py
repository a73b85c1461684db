"""Any ASGI application behind a real server in this loop, with the WebSockets of the service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import uvicorn

from attendance_web.live.frame_limits import MAX_FRAME_BYTES
from attendance_web.serving.server import PING_SECONDS
from attendance_web.serving.ws_protocol import PeerProtocol
from tests.support.live_house import Served, served


@asynccontextmanager
async def serving(
    app: Any,
    *,
    lifespan: Literal["on", "off"] = "off",
    ping_seconds: float = PING_SECONDS,
    pong_seconds: float | None = None,
    send_buffer: int | None = None,
) -> AsyncIterator[Served]:
    """Serves an ASGI application as `served` does.

    A ping is sent every ``ping_seconds``; its answer may take ``pong_seconds``, or else as long.
    """
    config = uvicorn.Config(
        app,
        ws=PeerProtocol,
        ws_max_size=MAX_FRAME_BYTES,
        ws_ping_interval=ping_seconds,
        ws_ping_timeout=ping_seconds if pong_seconds is None else pong_seconds,
        ws_per_message_deflate=False,
        lifespan=lifespan,
        log_config=None,
        access_log=False,
    )
    async with served(config, send_buffer) as there:
        yield there
