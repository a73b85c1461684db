"""How a host begins and ends the sockets of ours that it has mounted."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

import pytest

from attendance_adapters import embedded
from attendance_web.asgi import lifespan, lifespan_of, sockets
from attendance_web.live import Live
from tests.support.asgi_server import Server, host
from tests.support.eventually import eventually
from tests.support.live_host import PATIENCE_SECONDS, Host

__all__ = ["host"]


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
            handler, live = signal.getsignal(signal.SIGUSR1), Live(embedded())
            async with lifespan_of(live, drains_on=signal.SIGUSR1)(object()):
                host = Host(live.service, live)  # type: ignore[arg-type]
                anna = await host.add_person()
                seen = live.watch(anna, await host.create_event(anna))
                await anext(seen)
                signal.raise_signal(signal.SIGUSR1)
                async with asyncio.timeout(PATIENCE_SECONDS):
                    assert [each async for each in seen] == []
                assert heard == [signal.SIGUSR1]
            assert signal.getsignal(signal.SIGUSR1) is handler
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
        before = signal.signal(signal.SIGUSR1, handler := lambda number, _: None)

        async def lives() -> None:
            async with lifespan_of(Live(embedded()), drains_on=signal.SIGUSR1)(object()):
                assert signal.getsignal(signal.SIGUSR1) is handler

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
