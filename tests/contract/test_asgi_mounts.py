"""Where a host may mount the sockets, and what is at other addresses."""

from __future__ import annotations

import json
from typing import Any, cast
from uuid import uuid4

import pytest
from litestar import Litestar, asgi
from litestar.types import Receive, Scope, Send

from attendance_web.asgi import sockets
from tests.support.asgi_server import Server, host, query
from tests.support.live_host import Host

__all__ = ["host"]


class TestWhereItIsMounted:
    @pytest.mark.parametrize(
        ("path", "root_path", "prefix", "is_there"),
        [
            ("/mark_me", "", "", True),
            ("/live/mark_me", "/live", "", True),
            ("/live/mark_me", "/live/", "", True),
            ("/mark_me", "/live", "", True),  # cut off, as some frameworks do
            ("/api/live/mark_me", "/api/live", "", True),
            ("/api/ws/mark_me", "/api", "/ws", True),
            ("/ws/mark_me", "", "/ws", True),
            ("/ws/mark_me", "", "/ws/", True),
            ("/mark_me/", "", "", True),
            ("/mark_me//", "", "", False),
            ("/mark_me", "", "/ws", False),
            ("/live/mark_me", "", "", False),
            ("/livemark_me", "/live", "", False),
            ("/live/other", "/live", "", False),
            ("/", "", "", False),
        ],
    )
    async def test_its_addresses_are_below_that(
        self, host: Host, path: str, root_path: str, prefix: str, is_there: bool
    ) -> None:
        app = sockets(host.live, lambda _: None, prefix=prefix)
        told = await Server(app, path, root_path=root_path).serve()
        assert told == (["not_logged_in", 4401] if is_there else [None])

    async def test_litestar_may_mount_it(self, host: Host) -> None:
        app = sockets(host.live, lambda _: None)

        @asgi("/live", is_mount=True, copy_scope=True)
        async def rooms(scope: Scope, receive: Receive, send: Send) -> None:
            await app(cast(Any, scope), cast(Any, receive), cast(Any, send))

        mounted = Litestar([rooms], openapi_config=None, logging_config=None)
        for path, told in {
            "/live/mark_me": ["not_logged_in", 4401],
            "/live/marking": ["not_logged_in", 4401],
            "/live/other": [None],
        }.items():
            server = Server(mounted, path, raw_path=path.encode(), http_version="1.1", state={})
            assert await server.serve() == told

    @pytest.mark.parametrize(("path", "status"), [("/mark_me", 426), ("/", 404)])
    async def test_a_request_is_told_that_this_is_no_page(
        self, host: Host, path: str, status: int
    ) -> None:
        server = Server(sockets(host.live, lambda _: None), path, type="http")
        await server.serve()
        assert server.sent[0]["status"] == status

    async def test_a_handshake_elsewhere_is_told_so_where_a_server_can(self, host: Host) -> None:
        """Or it is for the server to refuse: `test_its_addresses_are_below_that`."""
        extensions: dict[str, Any] = {"websocket.http.response": {}}
        server = Server(sockets(host.live, lambda _: None), "/markng", extensions=extensions)
        await server.serve()
        begins, ends = server.sent
        assert (begins["type"], begins["status"]) == ("websocket.http.response.start", 404)
        assert (ends["type"], ends["body"]) == (
            "websocket.http.response.body",
            b"There is nothing at this address.\n",
        )

    async def test_a_wrong_word_in_its_address_is_named(self, host: Host) -> None:
        anna = await host.add_person()
        server = Server(sockets(host.live, lambda _: anna), **query(uuid4(), "&as=x"))
        assert await server.serve() == ["bad_params", 4400]
        assert "«as»" in json.loads(server.sent[1]["text"])["message"]

    async def test_it_has_no_lifespan_of_its_own(self, host: Host) -> None:
        with pytest.raises(RuntimeError, match="no lifespan"):
            await Server(sockets(host.live, lambda _: None), type="lifespan").serve()
