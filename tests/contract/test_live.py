"""Live rooms for any host: one `Live` over a service, and sockets that anything may carry."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from attendance_core import MissingScope, NotAnOrganiser, Role, TokenScope
from attendance_core.accounts import Actor
from attendance_core.marking.places import Marked, Waiting
from attendance_web.live import Transport
from attendance_web.live.frame_limits import MAX_FRAME_BYTES, MAX_FRAMES
from attendance_web.live.log_context import LOG_CONTEXT
from tests.support.eventually import eventually
from tests.support.live_host import PATIENCE_SECONDS, Host, QueueTransport
from tests.support.transports import NO_EVENT, Accepting, closed_at_once, host, losses_are

__all__ = ["closed_at_once", "host"]


class NotingTransport(QueueTransport):
    """A transport that notes which frame the logs of what is sent would tell."""

    def __init__(self) -> None:
        super().__init__()
        self.logged_with: list[object] = []

    async def send(self, text: str) -> None:
        self.logged_with.append(LOG_CONTEXT.get({}))
        await super().send(text)


class TestLogs:
    async def test_of_a_socket_tell_no_frame_of_another_one(self, host: Host) -> None:
        anna, boris = await host.add_person(), await host.add_person()
        event_id = await host.create_event(boris)
        transport = NotingTransport()
        host.opens(anna, event_id, Role.MARK_ME, transport, hears_news=True)
        await transport.hears("your_place")
        marking = host.opens(boris, event_id, Role.MARKING)
        await marking.transport.hears("marking_list")
        marking.transport.says("prepare_to_mark", user_id=anna.user_id)
        while (await transport.heard())["message"] != "held":
            pass
        assert transport.logged_with == [{}] * len(transport.logged_with)


class TestVisits:
    async def test_one_who_waits_is_marked_by_another(self, host: Host) -> None:
        anna, boris = await host.add_person(), await host.add_person()
        event_id = await host.create_event(boris)
        waiting = host.opens(anna, event_id, Role.MARK_ME)
        await eventually(lambda: host.live.census().waiting == 1)
        marking = host.opens(boris, event_id, Role.MARKING)
        assert (await marking.transport.hears("marking_list"))["marking_list"] == [anna.user_id]
        assert dict(host.live.census().sockets) == {Role.MARK_ME: 1, Role.MARKING: 1}
        marking.transport.says("prepare_to_mark", user_id=anna.user_id)
        await marking.transport.hears("prepared")
        marking.transport.says("confirm_marking")
        assert (await marking.transport.hears("marked"))["user_id"] == anna.user_id
        assert (await waiting.transport.hears("was_marked"))["user_id"] == boris.user_id
        assert await waiting.ended() == 1000  # the code that we have closed it with
        marking.transport.gives(None)
        assert await marking.ended() is None  # it has ended by itself
        assert isinstance(await host.state_of(event_id, anna), Marked)

    async def test_a_goodbye_ends_the_place_and_a_loss_does_not(self, host: Host) -> None:
        anna, boris = await host.add_person(), await host.add_person()
        event_id = await host.create_event(boris)
        going, losing = (host.opens(each, event_id, Role.MARK_ME) for each in (anna, boris))
        await eventually(lambda: host.live.census().waiting == 2)
        going.transport.gives(None)
        losing.transport.gives(ConnectionResetError())
        assert [await each.ended() for each in (going, losing)] == [None, None]
        await eventually(lambda: losses_are(host, event_id, anna, []))
        await eventually(lambda: losses_are(host, event_id, boris, [True]))
        assert not isinstance(await host.state_of(event_id, anna), Waiting)
        assert isinstance(await host.state_of(event_id, boris), Waiting)

    async def test_a_visit_that_is_cancelled_is_a_loss(self, host: Host) -> None:
        anna, boris = await host.add_person(), await host.add_person()
        event_id = await host.create_event(boris)
        waiting = host.opens(anna, event_id, Role.MARK_ME)
        await eventually(lambda: host.live.census().waiting == 1)
        waiting.visit.cancel()
        await eventually(lambda: losses_are(host, event_id, anna, [True]))

    async def test_the_handshake_is_answered_once_the_opening_is_stored(self, host: Host) -> None:
        anna = await host.add_person()
        event_id = await host.create_event(anna)
        transport = Accepting()

        async def accept() -> None:
            transport.done.append(await host.losses_of(event_id, anna))

        transport.accept = accept  # type: ignore[method-assign]
        visited = host.opens(anna, event_id, Role.MARKING, transport)
        await transport.hears("marking_list")
        transport.gives(None)
        await visited.ended()
        assert transport.done == [[False]]

    async def test_a_refusal_is_told_and_closes_it(self, host: Host) -> None:
        anna = await host.add_person()
        transport = Accepting()
        visited = host.opens(anna, NO_EVENT, Role.MARK_ME, transport, language="en")
        frame = await transport.heard()
        assert (frame["params"]["code"], frame["message"]) == (
            "event_not_found",
            "There is no such event",
        )
        assert await visited.ended() == 4404
        assert transport.done == ["accepted", 4404]

    async def test_without_a_language_it_is_the_one_of_the_wire(self, host: Host) -> None:
        anna = await host.add_person()
        visited = host.opens(anna, NO_EVENT, Role.MARK_ME)
        assert (await visited.transport.heard())["message"].startswith("Т")
        await visited.ended()

    async def test_a_token_needs_the_scope(self, host: Host) -> None:
        anna = await host.add_person()
        by_token = Actor(anna.user_id, anna.session_id, scopes=frozenset({TokenScope.READ}))
        visited = host.opens(by_token, await host.create_event(anna), Role.MARKING)
        assert await visited.transport.refusal_code() == "missing_scope"
        assert await visited.ended() == 4403

    async def test_what_cannot_be_read_is_answered(self, host: Host) -> None:
        anna = await host.add_person()
        visited = host.opens(anna, await host.create_event(anna), Role.MARKING)
        await visited.transport.hears("marking_list")
        visited.transport.gives(b"\x00")
        assert await visited.transport.refusal_code() == "bad_frame"
        visited.transport.gives("{")
        assert await visited.transport.refusal_code() == "bad_frame"
        visited.transport.gives(None)
        await visited.ended()

    async def test_too_many_frames_and_one_too_large_close_it(self, host: Host) -> None:
        """Contract: 6.11, also where no server of ours counts."""
        anna = await host.add_person()
        event_id = await host.create_event(anna)
        flooding = host.opens(anna, event_id, Role.MARKING)
        await flooding.transport.hears("marking_list")
        for _ in range(MAX_FRAMES + 30):
            flooding.transport.says("ping")
        assert await flooding.ended() == 4429
        large = host.opens(anna, event_id, Role.MARKING)
        large.transport.gives(" " * (MAX_FRAME_BYTES + 1))
        assert await large.ended() == 1009
        await eventually(lambda: losses_are(host, event_id, anna, [True]))  # a loss, after one

    async def test_a_transport_that_fails_closes_it(
        self, host: Host, caplog: pytest.LogCaptureFixture
    ) -> None:
        anna = await host.add_person()
        transport = Accepting()
        visited = host.opens(anna, await host.create_event(anna), Role.MARKING, transport)
        await transport.hears("marking_list")
        transport.gives(ValueError("a bug of the host"))
        assert await visited.ended() == 1011
        assert transport.done == ["accepted", 1011]
        assert "a socket failed" in caplog.text

    async def test_our_own_slips_are_none_of_the_clients(self, host: Host) -> None:
        anna = await host.add_person()
        text: Any = str(NO_EVENT)
        with pytest.raises(TypeError, match="UUID"):
            await host.live.visit(anna, text, Role.MARKING, transport=QueueTransport())
        role: Any = "watching"
        with pytest.raises(ValueError, match="watching"):
            await host.live.visit(anna, NO_EVENT, role, transport=QueueTransport())
        no_actor: Any = anna.user_id
        said = "^actor is an Actor, as `admit` answers, and no int$"
        with pytest.raises(TypeError, match=said):
            await host.live.visit(no_actor, NO_EVENT, Role.MARKING, transport=QueueTransport())
        with pytest.raises(TypeError, match=said):
            await anext(host.live.watch(no_actor, NO_EVENT))

    async def test_whoever_logs_out_is_closed(self, host: Host) -> None:
        anna = await host.add_person()
        visited = host.opens(anna, await host.create_event(anna), Role.MARKING)
        await visited.transport.hears("marking_list")
        await host.service.use_cases.log_out(session_id=anna.session_id)
        assert await visited.transport.refusal_code() == "not_logged_in"
        assert await visited.ended() == 4401

    async def test_a_transport_needs_no_more_than_two_methods(self) -> None:
        await QueueTransport().accept()
        await QueueTransport().close(1000)
        assert not QueueTransport().cut(1000)
        assert {"receive", "send", "accept", "close", "cut"} == {
            name for name in vars(Transport) if not name.startswith("_")
        }


class TestWatching:
    async def test_the_counts_come_as_values(self, host: Host) -> None:
        anna, boris = await host.add_person(), await host.add_person()
        event_id = await host.create_event(boris)
        async with aclosing(host.live.watch(boris, event_id)) as stream:
            assert (await anext(stream)).counts.waiting == 0
            host.opens(anna, event_id, Role.MARK_ME)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while (told := await anext(stream)).counts.waiting == 0:
                    pass
            assert told.counts.joined == 2 and not told.is_over

    async def test_it_ends_with_the_event(self, host: Host) -> None:
        boris = await host.add_person()
        event_id = await host.create_event(boris)
        async with aclosing(host.live.watch(boris, event_id)) as stream:
            await anext(stream)
            await host.service.use_cases.delete_event(actor=boris.user_id, event_id=event_id)
            async with asyncio.timeout(PATIENCE_SECONDS):
                assert [each async for each in stream if not each.is_over] == []

    async def test_whoever_may_not_is_told_before_anything(self, host: Host) -> None:
        anna, boris = await host.add_person(), await host.add_person()
        event_id = await host.create_event(boris)
        with pytest.raises(NotAnOrganiser):
            await anext(host.live.watch(anna, event_id))
        by_token = Actor(boris.user_id, boris.session_id, scopes=frozenset({TokenScope.MARK}))
        with pytest.raises(MissingScope):
            await anext(host.live.watch(by_token, event_id))

    async def test_whoever_stops_reading_counts_no_more(self, host: Host) -> None:
        boris = await host.add_person()
        event_id = await host.create_event(boris)
        stream = host.live.watch(boris, event_id)
        await anext(stream)
        assert host.live.sockets.watching.stream_count == 1
        await stream.aclose()
        assert host.live.sockets.watching.stream_count == 0
