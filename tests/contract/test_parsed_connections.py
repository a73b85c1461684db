"""However many requests come together, one more than is answered is kept. Contract: 1.11."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.server import ServerState

from attendance_web.serving.http_protocol import CallProtocol
from attendance_web.serving.server import config_of
from tests.support.eventually import eventually

TOGETHER = 148  # in 4 KiB
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"


async def test_of_requests_that_come_together_one_waits() -> None:
    may_answer, made = asyncio.Event(), list[CallProtocol]()

    async def answers(_scope: Any, _receive: Any, send: Any) -> None:
        await may_answer.wait()
        headers = [(b"content-length", b"1")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"x"})

    config, state = config_of(answers), ServerState()
    config.load()

    def new_protocol() -> CallProtocol:
        made.append(CallProtocol(config=config, server_state=state, app_state={}))
        return made[-1]

    server = await asyncio.get_running_loop().create_server(new_protocol, "127.0.0.1", 0)
    async with server:
        for request in (GET, POST):
            may_answer.clear()
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(request * TOGETHER)
            await eventually(lambda: bool(made[-1].pipeline))
            for _ in range(10):
                await asyncio.sleep(0)
            assert len(made[-1].pipeline) == 1
            may_answer.set()
            come = b""
            async with asyncio.timeout(10):
                while come.count(b"HTTP/1.1 200") < TOGETHER:
                    come += await reader.read(65536)
            writer.close()
            await eventually(lambda: made[-1].transport.is_closing())
