"""How the live rooms of a host begin and end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from attendance_adapters import embedded
from attendance_core import AlreadyStarted, Closed, NotStarted, Role, WrongLoop, WrongUse
from attendance_core.accounts import Actor, session_id_of
from attendance_core.marking.places import Held
from attendance_web.live import Live
from tests.support.eventually import eventually
from tests.support.live_host import PATIENCE_SECONDS, Host, QueueTransport, hosted
from tests.support.transports import NO_EVENT, closed_at_once, host

__all__ = ["closed_at_once", "host"]


class TestBeginningAndEnding:
    async def test_at_the_end_everybody_is_sent_elsewhere(self) -> None:
        async with hosted() as host:
            anna, boris = await host.add_person(), await host.add_person()
            event_id = await host.create_event(boris)
            waiting = host.opens(anna, event_id, Role.MARK_ME)
            marking = host.opens(boris, event_id, Role.MARKING)
            await marking.transport.hears("marking_list")
            await eventually(lambda: host.live.census().waiting == 1)
            stream = host.live.watch(boris, event_id)
            await anext(stream)
            watching = asyncio.create_task(_read_to_the_end(stream))
        assert [await each.ended() for each in (waiting, marking)] == [1012, 1012]
        await asyncio.wait_for(watching, PATIENCE_SECONDS)

    async def test_a_drain_keeps_places_and_lets_nobody_in(self, host: Host) -> None:
        anna, boris = await host.add_person(), await host.add_person()
        event_id = await host.create_event(boris)
        waiting = host.opens(anna, event_id, Role.MARK_ME)
        marking = host.opens(boris, event_id, Role.MARKING)
        await eventually(lambda: host.live.census().waiting == 1)
        await marking.transport.hears("marking_list")
        marking.transport.says("prepare_to_mark", user_id=anna.user_id)
        await marking.transport.hears("prepared")
        await host.live.drain()
        assert [await each.ended() for each in (waiting, marking)] == [1012, 1012]
        assert isinstance(await host.state_of(event_id, anna), Held)
        late = host.opens(anna, event_id, Role.MARK_ME)
        assert await late.transport.refusal_code() == "unavailable"
        assert await late.ended() == 1013

    async def test_a_lost_lease_sends_everybody_back(
        self, host: Host, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_web.live.readings.READ_EVERY", 3600.0)  # which sees it, too
        anna = await host.add_person()
        visited = host.opens(anna, await host.create_event(anna), Role.MARKING)
        await visited.transport.hears("marking_list")
        host.service.heartbeat.give_up_lease(host.service.heartbeat.process_id)
        assert await visited.ended() == 1012

    async def test_it_is_used_in_its_block_and_once(self) -> None:
        service = embedded()
        live = Live(service)
        nobody: Any = Actor(1, session_id_of("x"))  # type: ignore[arg-type]

        async def check_refuses(kind: type[WrongUse]) -> None:
            for asked in (
                live.visit(nobody, NO_EVENT, Role.MARKING, transport=QueueTransport()),
                anext(live.watch(nobody, NO_EVENT)),
            ):
                with pytest.raises(kind) as told:
                    await asked
                assert type(told.value) is kind and "\n" not in str(told.value)

        await check_refuses(NotStarted)
        async with service:
            async with live:
                with pytest.raises(AlreadyStarted):
                    await live.__aenter__()
                await asyncio.to_thread(asyncio.run, check_refuses(WrongLoop))
            await check_refuses(Closed)
            with pytest.raises(Closed):
                await live.__aenter__()


async def _read_to_the_end(stream: Any) -> None:
    async for _ in stream:
        pass
