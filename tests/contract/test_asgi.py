"""The sockets of a host: an ASGI application at any server, with people of the host's own."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from typing import Any, cast
from uuid import uuid4

import pytest
from litestar import Litestar, asgi
from litestar.types import Receive, Scope, Send

from attendance_adapters import embedded
from attendance_core import Role
from attendance_core.accounts import Actor, session_id_of
from attendance_core.errors import (
    BadCharacters,
    BadLength,
    BoardNotFound,
    MissingArgument,
    MissingScope,
    NotAnOrganiser,
    NotLoggedIn,
    PersonNotFound,
    TooManyRequests,
    Unavailable,
    UsernameTaken,
)
from attendance_core.vocabulary import UserId
from attendance_web.asgi import lifespan, lifespan_of, sockets
from attendance_web.asgi.application import ROLES
from attendance_web.client.reopening import FINAL
from attendance_web.live import Live
from tests.support.eventually import eventually
from tests.support.live_host import PATIENCE_SECONDS, Host, hosted


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    async with hosted() as opened:
        yield opened


class Server:
    """As much of a server as one socket needs; it has nothing of ours."""

    def __init__(self, app: Any, path: str = "/mark_me", **scope: Any) -> None:
        self.sent: list[dict[str, Any]] = []
        self.to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.to_app.put_nowait({"type": "websocket.connect"})
        self._scope = {
            "type": "websocket",
            "path": path,
            "query_string": b"",
            "headers": [],
            "scheme": "ws",
            **scope,
        }
        self._app = app

    async def _send(self, event: Any) -> None:
        self.sent.append(event)

    async def serve(self) -> list[Any]:
        """The codes of error frames, other messages and the code of the close."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._app(self._scope, self.to_app.get, self._send)
        told: list[Any] = []
        for event in self.sent:
            if event["type"] == "websocket.send":
                frame = json.loads(event["text"])
                told.append(frame.get("params", {}).get("code") or frame["message"])
            elif event["type"] == "websocket.close":
                told.append(event.get("code"))
        return told


def query(event_id: object, more: str = "") -> dict[str, Any]:
    return {"query_string": f"event_id={event_id}{more}".encode()}


def headers(**given: str) -> list[tuple[bytes, bytes]]:
    return [(name.replace("_", "-").encode(), each.encode()) for name, each in given.items()]


class TestWhoIsLetIn:
    @pytest.mark.parametrize("is_async", [False, True])
    async def test_whoever_the_host_knows(self, host: Host, is_async: bool) -> None:
        anna = await host.person()
        event_id = await host.event(anna)

        async def later(_: Any) -> Actor:
            return anna

        app = sockets(host.live, later if is_async else lambda _: anna)
        server = Server(app, "/marking", **query(event_id))
        serving = asyncio.create_task(server.serve())
        await eventually(lambda: len(server.sent) == 2)
        server.to_app.put_nowait({"type": "websocket.disconnect", "code": 1000})
        assert await serving == ["marking_list"]

    async def test_nobody_else(self, host: Host) -> None:
        app = sockets(host.live, lambda _: None)
        assert await Server(app).serve() == ["not_logged_in", 4401]

    async def test_a_host_may_refuse_by_a_word_of_its_own(self, host: Host) -> None:
        def identify(_: Any) -> Actor | None:
            raise NotLoggedIn

        assert await Server(sockets(host.live, identify)).serve() == ["not_logged_in", 4401]

    @pytest.mark.parametrize(
        ("refusal", "told"),
        [
            (BadLength(field="display_name", least=1, most=100), ["bad_length", 4400]),
            (BadCharacters(field="subject"), ["bad_characters", 4400]),
            (MissingArgument(field="session"), ["missing_argument", 4400]),
            (NotAnOrganiser(), ["not_an_organiser", 4403]),
            (MissingScope(), ["missing_scope", 4403]),
            (BoardNotFound(), ["board_not_found", 4404]),
            (UsernameTaken(), ["username_taken", 4409]),
            (PersonNotFound(), ["not_logged_in", 4401]),
            (TooManyRequests(seconds=9), ["too_many_requests", 1013]),
            (Unavailable(), ["unavailable", 1013]),
        ],
        ids=lambda each: getattr(each, "code", ""),
    )
    async def test_nobody_comes_back_for_ever_to_what_a_host_refuses(
        self, host: Host, refusal: Exception, told: list[Any]
    ) -> None:
        """Contract: 10.5."""

        def identify(_: Any) -> Actor | None:
            raise refusal

        assert await Server(sockets(host.live, identify)).serve() == told
        may_come_back = told[1] not in FINAL
        assert may_come_back is isinstance(refusal, TooManyRequests | Unavailable)

    async def test_nor_does_whoever_is_deleted(self, host: Host) -> None:
        """Contract: 10.5."""
        event_id = await host.event(await host.person())
        gone = Actor(UserId(999), session_id_of("gone"))
        app = sockets(host.live, lambda _: gone)
        for path in ROLES:
            assert await Server(app, path, **query(event_id)).serve() == ["not_logged_in", 4401]

    async def test_what_is_no_refusal_is_a_fault_of_the_host_and_logged(
        self, host: Host, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Contract: 10.5."""

        def identify(_: Any) -> Actor | None:
            raise LookupError("an exception of a framework")

        assert await Server(sockets(host.live, identify)).serve() == ["unavailable", 1013]
        assert "an exception of a framework" in caplog.text

    @pytest.mark.parametrize("answer", [7, "anna"])
    async def test_what_is_no_actor_is_said_in_the_log(
        self, host: Host, answer: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert await Server(sockets(host.live, lambda _: answer)).serve() == ["unavailable", 1013]
        assert "identify answers an Actor" in caplog.text

    async def test_a_page_of_another_site_is_not_even_asked_who_it_is(self, host: Host) -> None:
        anna = await host.person()
        asked: list[Any] = []

        def identify(scope: Any) -> Actor:
            asked.append(scope)
            return anna

        app = sockets(host.live, identify, origins=["https://Friend.example/"])
        for origin, expected in {
            "https://evil.example": ["foreign_origin", 4403],
            "https://friend.example": ["bad_event_id", 4400],
            "http://here.example": ["bad_event_id", 4400],
        }.items():
            given = headers(host="here.example", origin=origin)
            assert await Server(app, headers=given).serve() == expected
        assert len(asked) == 2
        with pytest.raises(TypeError, match="origins are several"):
            sockets(host.live, identify, origins="https://friend.example")

    async def test_the_log_says_where_a_host_names_an_origin(
        self, host: Host, caplog: pytest.LogCaptureFixture
    ) -> None:
        given = headers(host="here.example", origin="https://pages.example")
        app = sockets(host.live, lambda _: None)
        assert await Server(app, headers=given).serve() == ["foreign_origin", 4403]
        (line,) = (each for each in caplog.messages if each.startswith("foreign_origin "))
        assert line.endswith("name the origin in `origins` of `attendance_web.asgi.sockets`")

    @pytest.mark.parametrize(
        "origin",
        [
            *("campus.example", "*", "null", "", "https://*.example", "https://campus.example/app"),
            *(
                "wss://campus.example",
                "//campus.example",
                "https://me@campus.example",
                "http://[::1",
            ),
            *("https://campus.example:port", "https://campus.example?", "https://campus.example#x"),
        ],
    )
    async def test_what_no_page_sends_is_no_origin(self, host: Host, origin: str) -> None:
        with pytest.raises(ValueError, match=r"^each of origins is like https://") as told:
            sockets(host.live, lambda _: None, origins=["https://campus.example", origin])
        assert repr(origin) in str(told.value)

    @pytest.mark.parametrize(
        "origin",
        ["https://Campus.example:443", "https://campus.example/", "https://campus.example"],
    )
    async def test_an_origin_is_what_a_browser_makes_of_it(self, host: Host, origin: str) -> None:
        given = headers(host="here.example", origin="https://campus.example")
        app = sockets(host.live, lambda _: None, origins=[origin])
        assert await Server(app, headers=given).serve() == ["not_logged_in", 4401]

    async def test_a_prefix_that_no_path_begins_with_is_none(self, host: Host) -> None:
        with pytest.raises(ValueError, match="begins with a slash, like /live, and is not 'live'"):
            sockets(host.live, lambda _: None, prefix="live")

    async def test_for_somebody_else_and_for_no_event_it_does_not_open(self, host: Host) -> None:
        anna = await host.person()
        app = sockets(host.live, lambda _: anna)
        other = query(uuid4(), f"&as={anna.user_id + 1}")
        assert await Server(app, **other).serve() == ["other_person", 4401]
        assert await Server(app, **query("x")).serve() == ["bad_event_id", 4400]
        assert await Server(app, **query(uuid4())).serve() == ["event_not_found", 4404]


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
        anna = await host.person()
        server = Server(sockets(host.live, lambda _: anna), **query(uuid4(), "&as=x"))
        assert await server.serve() == ["bad_params", 4400]
        assert "«as»" in json.loads(server.sent[1]["text"])["message"]

    async def test_it_has_no_lifespan_of_its_own(self, host: Host) -> None:
        with pytest.raises(RuntimeError, match="no lifespan"):
            await Server(sockets(host.live, lambda _: None), type="lifespan").serve()


class TestLifespan:
    async def test_of_a_framework_begins_and_ends_the_service(self) -> None:
        live = Live(service := embedded())
        async with lifespan_of(live)(object()):
            assert await service.use_cases.sign_up(username="anna", password="like tea")
            assert live.census().waiting == 0
        with pytest.raises(RuntimeError, match="closed"):
            await service.use_cases.sign_up(username="boris", password="like tea")

    async def test_streams_end_once_the_server_is_told_to_stop(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_web.live.sockets.SPREAD_SECONDS", 0.0)
        heard: list[int] = []
        before = signal.signal(signal.SIGUSR1, lambda number, _: heard.append(number))
        try:
            ours, live = signal.getsignal(signal.SIGUSR1), Live(embedded())
            async with lifespan_of(live, drains_on=signal.SIGUSR1)(object()):
                host = Host(live.service, live)  # type: ignore[arg-type]
                anna = await host.person()
                seen = live.watch(anna, await host.event(anna))
                await anext(seen)
                signal.raise_signal(signal.SIGUSR1)
                async with asyncio.timeout(PATIENCE_SECONDS):
                    assert [each async for each in seen] == []
                assert heard == [signal.SIGUSR1]
            assert signal.getsignal(signal.SIGUSR1) is ours
        finally:
            signal.signal(signal.SIGUSR1, before)

    @pytest.mark.parametrize("listens", [signal.SIG_DFL, signal.SIG_IGN])
    async def test_a_signal_that_nobody_listens_to_is_left_as_it_is(self, listens: Any) -> None:
        before = signal.signal(signal.SIGUSR1, listens)
        try:
            async with lifespan_of(Live(embedded()), drains_on=signal.SIGUSR1)(object()):
                assert signal.getsignal(signal.SIGUSR1) is listens
        finally:
            signal.signal(signal.SIGUSR1, before)

    async def test_outside_of_the_main_thread_it_is_left_as_it_is_too(self) -> None:
        before = signal.signal(signal.SIGUSR1, ours := lambda number, _: None)

        async def lives() -> None:
            async with lifespan_of(Live(embedded()), drains_on=signal.SIGUSR1)(object()):
                assert signal.getsignal(signal.SIGUSR1) is ours

        try:
            await asyncio.to_thread(asyncio.run, lives())
        finally:
            signal.signal(signal.SIGUSR1, before)

    async def test_of_an_application_that_has_none(self) -> None:
        live = Live(service := embedded())
        served: list[str] = []

        async def application(scope: Any, receive: Any, send: Any) -> None:
            served.append(scope["type"])

        wrapped = lifespan(live, application)
        server = Server(wrapped, type="lifespan")
        serving = asyncio.create_task(server.serve())
        await eventually(lambda: server.sent)
        assert server.sent == [{"type": "lifespan.startup.complete"}]
        await Server(wrapped, type="http").serve()
        assert served == ["http"]
        assert service.heartbeat.holds_lease
        server.to_app.put_nowait({"type": "lifespan.shutdown"})
        await serving
        assert server.sent[1:] == [{"type": "lifespan.shutdown.complete"}]

    async def test_a_service_that_cannot_begin_is_said_to_the_server(self) -> None:
        live = Live(embedded())
        async with live.service:  # which is begun already
            server = Server(lifespan(live, sockets(live, lambda _: None)), type="lifespan")
            await server.serve()
        (failed,) = server.sent
        assert failed == {
            "type": "lifespan.startup.failed",
            "message": "this service is started already",
        }


def test_roles_are_the_addresses() -> None:
    assert {role.value: path for path, role in ROLES.items()} == {
        role.value: f"/{role.value}" for role in Role
    }
