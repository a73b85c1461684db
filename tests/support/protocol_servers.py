"""Servers of our protocol of HTTP alone, into whose connections a test can look."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

from uvicorn.server import ServerState

from attendance_web.serving.http_protocol import CallProtocol
from attendance_web.serving.server import config_of

P = TypeVar("P", bound=CallProtocol)


class ProtocolServer(Generic[P]):
    """A server of an ASGI application, and the protocols of its connections, as they came."""

    def __init__(self, application: Any, kind: type[P]) -> None:
        self.config = config_of(application)
        self.config.load()
        self.protocols: list[P] = []
        self.address: tuple[str, int] = ("", 0)
        self._kind, self._state = kind, ServerState()

    def new_protocol(self) -> asyncio.BaseProtocol:
        """Makes that of another connection."""
        made = self._kind(config=self.config, server_state=self._state, app_state={})
        self.protocols.append(made)
        return made

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listens at a free port during the block, at whose end all connections are cut."""
        loop = asyncio.get_running_loop()
        async with await loop.create_server(self.new_protocol, "127.0.0.1", 0) as server:
            self.address = server.sockets[0].getsockname()
            yield
            for each in self.protocols:
                each.transport.abort()
