"""Sockets that a host's transport cuts, or cannot cut."""

from __future__ import annotations

import asyncio

import pytest

from attendance_core import Role
from attendance_web.live import Transport
from tests.support.eventually import eventually
from tests.support.live_host import Host
from tests.support.transports import Accepting, closed_at_once, host, losses_are

__all__ = ["closed_at_once", "host"]


class Cutting(Accepting):
    """One that can be cut, and that nobody reads while it is stuck."""

    def __init__(self, *, sticks: bool = False, closes: bool = True) -> None:
        super().__init__()
        self.sticks, self.closes = sticks, closes

    async def send(self, text: str) -> None:
        if self.sticks:
            await asyncio.Event().wait()
        await super().send(text)

    async def close(self, code: int) -> None:
        if not self.closes:
            await asyncio.Event().wait()
        await super().close(code)

    def cut(self, code: int) -> bool:
        self.done.append(("cut", code))
        self.gives(ConnectionAbortedError())
        return True


class WithoutCut(Cutting):
    """One that cannot be cut."""

    def cut(self, code: int) -> bool:
        return Transport.cut(self, code)


class FailingCut(Cutting):
    """One whose cut fails."""

    def cut(self, code: int) -> bool:
        raise ValueError("a bug of the host")


class TestCuts:
    """What does not answer is cut, where its transport can. Contract: 6.12."""

    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("attendance_web.live.visit.SEND_SECONDS", 0.0)
        monkeypatch.setattr("attendance_web.live.plain_peer.CLOSE_SECONDS", 0.0)

    async def test_whoever_does_not_read_is_cut_and_lost(self, host: Host) -> None:
        anna = await host.add_person()
        event_id = await host.create_event(anna)
        transport = Cutting(sticks=True)
        assert await host.opens(anna, event_id, Role.MARKING, transport).ended() == 4508
        assert transport.done == ["accepted", ("cut", 4508)]
        await eventually(lambda: losses_are(host, event_id, anna, [True]))

    async def test_it_is_cut_at_once_where_too_much_waits(
        self, host: Host, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("attendance_web.live.visit.SEND_SECONDS", 3600.0)
        monkeypatch.setattr("attendance_web.live.outbox.MAX_OUTBOX_FRAMES", 1)
        anna = await host.add_person()
        transport = Cutting(sticks=True)
        visited = host.opens(anna, await host.create_event(anna), Role.MARKING, transport)
        for _ in range(3):
            transport.says("ping")
        assert await visited.ended() == 4508
        assert transport.done == ["accepted", ("cut", 4508)]

    @pytest.mark.parametrize("kind", [WithoutCut, FailingCut])
    async def test_one_that_cannot_be_cut_is_closed(
        self, host: Host, kind: type[Cutting], caplog: pytest.LogCaptureFixture
    ) -> None:
        anna = await host.add_person()
        transport = kind(sticks=True)
        assert (
            await host.opens(anna, await host.create_event(anna), Role.MARKING, transport).ended()
            == 4508
        )
        assert transport.done == ["accepted", 4508]
        assert ("could not be cut" in caplog.text) is (kind is FailingCut)

    async def test_whoever_takes_no_close_is_cut(self, host: Host) -> None:
        anna = await host.add_person()
        event_id = await host.create_event(anna)
        transport = Cutting(closes=False)
        visited = host.opens(anna, event_id, Role.MARKING, transport)
        await transport.hears("marking_list")
        await host.service.use_cases.log_out(session_id=anna.session_id)
        assert await visited.ended() == 4401
        assert transport.done == ["accepted", ("cut", 4508)]

    @pytest.mark.parametrize("closes", [True, False])
    async def test_what_fails_is_closed_and_cut_only_where_that_is_not_taken(
        self, host: Host, closes: bool
    ) -> None:
        anna = await host.add_person()
        transport = Cutting(closes=closes)
        visited = host.opens(anna, await host.create_event(anna), Role.MARKING, transport)
        await transport.hears("marking_list")
        transport.gives(ValueError("a bug of the host"))
        assert await visited.ended() == 1011
        assert transport.done == ["accepted", 1011 if closes else ("cut", 1011)]
