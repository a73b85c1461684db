"""The sockets of a host at stock uvicorn, which has nothing of ours: over real connections."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from attendance_adapters import embedded
from attendance_core.accounts import Actor
from attendance_core.marking.places import Waiting
from attendance_core.vocabulary import EventId
from attendance_web.asgi import sockets
from attendance_web.live.frame_limits import MAX_FRAME_BYTES, MAX_FRAMES
from tests.support.eventually import eventually
from tests.support.live_host import PATIENCE_SECONDS, Host, hosted
from tests.support.quick_app import quick_app
from tests.support.quick_passwords import quickly_hashed

PERSON_HEADER = b"x-person"  # the header by which this host knows people


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    async with hosted() as opened:
        yield opened


class People:
    """Whom this host lets in, by what they show."""

    def __init__(self) -> None:
        self._actors: dict[bytes, Any] = {}

    def __call__(self, scope: Any) -> Actor | None:
        found: Actor | None = self._actors.get(dict(scope["headers"]).get(PERSON_HEADER, b""))
        return found

    def let_in(self, actor: Any) -> str:
        """Lets somebody in, and answers what they show."""
        shown = str(len(self._actors))
        self._actors[shown.encode()] = actor
        return shown


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[int]:
    """Serves the application as anybody may; answers its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve([listener]))
    await eventually(lambda: server.started or serving.done())
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await serving
        listener.close()


@pytest.fixture
def people() -> People:
    return People()


@pytest.fixture
async def port(host: Host, people: People) -> AsyncIterator[int]:
    async with served(sockets(host.live, people)) as served_port:
        yield served_port


async def opened(port: int, path: str, shown: str) -> ClientConnection:
    return await connect(
        f"ws://127.0.0.1:{port}{path}", additional_headers={"x-person": shown}, proxy=None
    )


async def heard(wire: ClientConnection) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(await asyncio.wait_for(wire.recv(), PATIENCE_SECONDS))
    return frame


async def close_code_of(wire: ClientConnection) -> int | None:
    """Reads until the close, and answers its code; what is not read would hide it."""
    with suppress(ConnectionClosed):
        while True:
            await asyncio.wait_for(wire.recv(), PATIENCE_SECONDS)
    return wire.close_code


class TestAtStockUvicorn:
    async def test_one_who_waits_is_marked_by_another(
        self, host: Host, people: People, port: int
    ) -> None:
        anna, boris = await host.add_person(), await host.add_person()
        event_id = await host.create_event(boris)
        waiting = await opened(port, f"/mark_me?event_id={event_id}", people.let_in(anna))
        marking = await opened(port, f"/marking?event_id={event_id}", people.let_in(boris))
        assert (await heard(marking))["params"]["marking_list"] == [anna.user_id]
        for message in ("prepare_to_mark", "confirm_marking"):
            params = {"user_id": anna.user_id}
            await marking.send(json.dumps({"message": message, "params": params}))
            assert (await heard(marking))["result"] == "ok"
        assert (await heard(waiting))["message"] == "was_marked"
        assert await close_code_of(waiting) == 1000
        await marking.close()

    @pytest.mark.parametrize(
        ("code", "is_goodbye"),
        [(1000, True), (3000, True), (4999, True), (1001, False), (1005, False), (None, False)],
    )
    async def test_a_code_of_a_program_is_a_goodbye_and_all_else_a_loss(
        self, host: Host, people: People, port: int, code: int | None, is_goodbye: bool
    ) -> None:
        """Decision 0029: 1005 is a Close frame without a code, None no such frame at all."""
        anna = await host.add_person()
        event_id = await host.create_event(anna)
        wire = await opened(port, f"/mark_me?event_id={event_id}", people.let_in(anna))
        if code is None:
            wire.transport.abort()
        elif code == 1005:
            wire.transport.write(b"\x88\x80\0\0\0\0")
        else:
            await wire.close(code)
        await eventually(lambda: _has_losses(host, event_id, anna, [] if is_goodbye else [True]))
        assert isinstance(await host.state_of(event_id, anna), Waiting) is not is_goodbye

    async def test_too_many_frames_and_one_too_large_close_it(
        self, host: Host, people: People, port: int
    ) -> None:
        anna = await host.add_person()
        shown = people.let_in(anna)
        path = f"/mark_me?event_id={await host.create_event(anna)}"
        for said, code in [
            (['{"message": "ping"}'] * (MAX_FRAMES + 30), 4429),
            ([" " * (MAX_FRAME_BYTES + 1)], 1009),
        ]:
            wire = await opened(port, path, shown)
            for text in said:
                await wire.send(text)
            assert await close_code_of(wire) == code

    async def test_a_socket_that_fails_is_closed_with_a_code(
        self, host: Host, people: People, port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(*_: Any) -> None:
            raise ValueError("a bug")

        anna = await host.add_person()
        wire = await opened(
            port, f"/mark_me?event_id={await host.create_event(anna)}", people.let_in(anna)
        )
        monkeypatch.setattr("attendance_web.live.visit.decode", fails)
        await wire.send("{}")
        assert await close_code_of(wire) == 1011

    async def test_when_the_host_stops_everybody_is_sent_elsewhere(
        self, host: Host, people: People, port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(host.live.sockets, "_spread_seconds", 0.0)
        anna = await host.add_person()
        wire = await opened(
            port, f"/mark_me?event_id={await host.create_event(anna)}", people.let_in(anna)
        )
        await host.live.drain()
        assert await close_code_of(wire) == 1012


async def _has_losses(host: Host, event_id: EventId, person: Actor, losses: list[bool]) -> bool:
    return await host.losses_of(event_id, person) == losses


async def test_our_whole_application_has_its_sockets_there_too() -> None:
    with quickly_hashed():
        service = embedded()
    app = quick_app(service)
    async with app.lifespan(), served(app) as port:
        anna = await service.use_cases.sign_up(username="anna", password="like tea")
        event = await service.use_cases.create_event(
            actor=anna.user_id, name="A", starts_at=1.0, ends_at=4e9
        )
        wire = await connect(
            f"ws://127.0.0.1:{port}/ws/marking?event_id={event.event_id}",
            additional_headers={"Cookie": f"sessionid={anna.token}"},
            proxy=None,
        )
        assert (await heard(wire))["message"] == "marking_list"
        await wire.close()
