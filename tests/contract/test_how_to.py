"""What the page about live rooms shows is what is run: lines of the examples, or run here."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from attendance_adapters import PendingMigration
from attendance_core import Role
from attendance_core.accounts import Actor
from attendance_core.vocabulary import EventId
from tests.support.eventually import eventually
from tests.support.live_host import PATIENCE_SECONDS, Host, hosted
from tests.support.readme import blocks

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "live-in-your-service.md").read_text(encoding="utf-8")
RUN_HERE = CONNECTED, TRANSPORT = [
    each for each in blocks("python", PAGE) if each.startswith("from attendance_")
]
SHOWN = [each for each in blocks("python", PAGE) if each not in RUN_HERE]
EXAMPLES = [file.read_text(encoding="utf-8") for file in (ROOT / "examples").rglob("*.py")]


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.splitlines()[0])
def test_what_it_shows_stands_in_an_example_that_is_run(block: str) -> None:
    assert any(block in each or indent(block, "    ") in each for each in EXAMPLES), block


def test_it_shows_five_blocks_of_examples() -> None:
    assert len(SHOWN) == 5


async def test_a_service_over_a_database_that_a_release_has_migrated(tmp_path: Path) -> None:
    program = CONNECTED.replace("/srv/attendance", str(tmp_path))
    made: dict[str, Any] = {}
    exec(re.sub(r"^migrate\(.*$", "", program, flags=re.MULTILINE), made)
    with pytest.raises(PendingMigration):
        await made["service"].start()
    exec(program, made)
    async with made["service"] as service:
        assert await service.use_cases.get_events() == []


class Server:
    """A server of the websockets library, with the transport of the page."""

    def __init__(self, host: Host, event_id: EventId, port: int) -> None:
        self.host, self.event_id, self.port = host, event_id, port

    async def opens(self, person: Actor, role: Role) -> ClientConnection:
        shown = f"{person.user_id}/{person.session_id}/{role.value}"
        return await connect(f"ws://127.0.0.1:{self.port}/{shown}", proxy=None)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    shown: dict[str, Any] = {}
    exec(TRANSPORT, shown)
    over_websockets = shown["OverWebsockets"]
    async with hosted() as host:
        event_id = await host.create_event(await host.add_person())

        async def handler(connection: ServerConnection) -> None:
            assert connection.request is not None
            _, user_id, session_id, role = connection.request.path.split("/")
            actor = Actor(int(user_id), session_id)  # type: ignore[arg-type]
            transport = over_websockets(connection)
            await host.live.visit(actor, event_id, Role(role), transport=transport)

        async with serve(handler, "127.0.0.1", 0) as made:
            (listening,) = made.sockets
            yield Server(host, event_id, listening.getsockname()[1])


async def heard(wire: ClientConnection) -> dict[str, Any]:
    frame: dict[str, Any] = json.loads(await asyncio.wait_for(wire.recv(), PATIENCE_SECONDS))
    return frame


async def close_code_of(wire: ClientConnection) -> int | None:
    """Reads until the close, and answers its code; what is not read would hide it."""
    with suppress(ConnectionClosed):
        while True:
            await asyncio.wait_for(wire.recv(), PATIENCE_SECONDS)
    return wire.close_code


async def test_whoever_reads_nothing_is_cut(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No close is written behind what nobody reads."""
    monkeypatch.setattr("attendance_web.live.visit.SEND_SECONDS", 0.0)
    monkeypatch.setattr(ServerConnection, "send", lambda self, text: asyncio.sleep(3600))
    anna = await server.host.add_person()
    wire = await server.opens(anna, Role.MARKING)
    assert await close_code_of(wire) == 1006
    await eventually(lambda: _has_losses(server, anna, [True]))


async def test_a_marking_over_its_transport(server: Server) -> None:
    anna, boris = await server.host.add_person(), await server.host.add_person()
    waiting = await server.opens(anna, Role.MARK_ME)
    await eventually(lambda: server.host.live.census().waiting == 1)
    marking = await server.opens(boris, Role.MARKING)
    assert (await heard(marking))["params"]["marking_list"] == [anna.user_id]
    for message in ("prepare_to_mark", "confirm_marking"):
        params = {"user_id": anna.user_id}
        await marking.send(json.dumps({"message": message, "params": params}))
        assert (await heard(marking))["result"] == "ok"
    assert (await heard(waiting))["message"] == "was_marked"
    assert await close_code_of(waiting) == 1000


@pytest.mark.parametrize(
    ("code", "losses"), [(1000, []), (4000, []), (1001, [True]), (None, [True])]
)
async def test_its_goodbyes_and_losses(
    server: Server, code: int | None, losses: list[bool]
) -> None:
    anna = await server.host.add_person()
    wire = await server.opens(anna, Role.MARK_ME)
    await eventually(lambda: server.host.live.census().waiting == 1)
    if code is None:
        wire.transport.abort()
    else:
        await wire.close(code)

    await eventually(lambda: _has_losses(server, anna, losses))


async def _has_losses(server: Server, person: Actor, losses: list[bool]) -> bool:
    return await server.host.losses_of(server.event_id, person) == losses
