"""How the client's sockets come back, and when they do not. docs/wire.md: Coming back."""

from __future__ import annotations

import asyncio
import ssl
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from attendance_core.marking import frames as core
from attendance_web.client import Client, NotAnswered, NotAttendance, Refused, pauses, reopening
from attendance_web.client.marking import FRAMES_A_SECOND, FRAMES_AT_ONCE
from tests.support.nginx import certified, trusting
from tests.support.scripted_service import (
    ANNA,
    BORIS,
    EVENT,
    PATIENCE_SECONDS,
    ScriptedService,
    ServiceSide,
    ids,
    lists_both,
    marking_at,
    port_of,
    quick,
    refusal_with,
)

__all__ = ["quick"]


class TestComingBack:
    @pytest.mark.parametrize("code", [1011, 1012, 1013, 4429, 4508])
    async def test_after_a_close_that_means_come_back(self, code: int) -> None:
        async def first(side: ServiceSide) -> None:
            await side.lists(ANNA)
            await side.says_no(refusal_with("unavailable"))
            await side.connection.close(code)

        async with marking_at(first, lists_both) as (_, marking):
            while ids(marking) != [ANNA, BORIS]:
                await anext(marking)

    @pytest.mark.parametrize("code", sorted(reopening.FINAL_CODES - {1000}))
    async def test_not_after_one_that_does_not(self, code: int) -> None:
        async def script(side: ServiceSide) -> None:
            await side.lists(ANNA)
            await side.says_no(refusal_with("some_code"))
            await side.connection.close(code)

        opened: list[ServiceSide] = []
        with pytest.raises(Refused) as refused:
            async with marking_at(script) as (service, marking):
                opened = service.opened
                while True:
                    await anext(marking)
        assert (refused.value.code, refused.value.number) == ("some_code", code)
        assert len(opened) <= 1

    async def test_a_service_that_says_nothing_more_is_lost_and_not_said_goodbye_to(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reopening, "BEAT_EVERY", 0.05)
        monkeypatch.setattr(reopening, "ANSWER_SECONDS", 0.05)
        close_codes: list[int] = []

        async def first(side: ServiceSide) -> None:
            await side.lists(ANNA)
            try:
                while True:
                    await side.connection.recv()  # a ping, which nobody answers
            except ConnectionClosed as closed:
                close_codes.append(closed.rcvd.code if closed.rcvd else 1006)
                raise

        async with marking_at(first, lists_both) as (_, marking):
            while ids(marking) != [ANNA, BORIS]:
                await anext(marking)
            assert close_codes == [1006]

    async def test_pauses_grow_and_are_drawn(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.undo()

        class Most:
            def random(self) -> float:
                return 1.0

        growing = pauses.Pauses(Most())  # type: ignore[arg-type]
        assert [growing.next() for _ in range(6)] == [0.5, 1, 2, 4, 8, 8]
        growing.begin_anew()
        assert growing.next() == 0.5
        drawn = [pauses.Pauses().next() for _ in range(200)]
        assert min(drawn) >= 0.1 and max(drawn) <= 0.5 and len(set(drawn)) > 100

    async def test_a_service_that_does_not_come_back_is_given_up(self) -> None:
        async def cuts(side: ServiceSide) -> None:
            side.cut()

        async def first(side: ServiceSide) -> None:
            await side.lists(ANNA)
            side.cut()

        async with marking_at(first, cuts, patience=0.2) as (service, marking):
            with pytest.raises(NotAnswered):
                while True:
                    await anext(marking)
            with pytest.raises(NotAnswered) as failed:
                await marking.prepare(ANNA)
            assert not failed.value.may_be_done
            assert len(service.opened) > 2

    async def test_where_nobody_has_ever_answered_it_is_told_at_once(self) -> None:
        async with serve(ScriptedService(lists_both), "127.0.0.1", 0) as server:
            port = port_of(server)
        async with Client(f"http://127.0.0.1:{port}") as client, asyncio.timeout(PATIENCE_SECONDS):
            with pytest.raises(NotAnswered):
                async with client.mark_me(EVENT):
                    pass

    @pytest.mark.parametrize(
        ("status", "is_let_in"), [(503, True), (429, True), (404, False), (401, False)]
    )
    async def test_a_handshake_that_is_refused_is_made_again_if_that_helps(
        self, status: int, is_let_in: bool
    ) -> None:
        refused: list[int] = []

        def refuses(connection: ServerConnection, request: Any) -> Any:
            if not refused:
                refused.append(status)
                return connection.respond(HTTPStatus(status), "no")
            return None

        service = ScriptedService(lists_both)
        async with (
            serve(service, "127.0.0.1", 0, process_request=refuses) as server,
            Client(f"http://127.0.0.1:{port_of(server)}") as client,
            asyncio.timeout(PATIENCE_SECONDS),
        ):
            if is_let_in:
                async with client.marking(EVENT) as marking:
                    assert ids(marking) == [ANNA, BORIS]
            else:
                with pytest.raises(NotAttendance):
                    async with client.marking(EVENT):
                        pass

    async def test_a_certificate_is_looked_at(self, tmp_path: Path) -> None:
        key, certificate = certified(tmp_path)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate, key)
        async with (
            asyncio.timeout(PATIENCE_SECONDS),
            serve(ScriptedService(lists_both), "127.0.0.1", 0, ssl=tls) as server,
        ):
            url = f"https://127.0.0.1:{port_of(server)}"
            async with (
                Client(url, trusts=trusting(tmp_path)) as client,
                client.marking(EVENT) as marking,
            ):
                assert ids(marking) == [ANNA, BORIS]
            async with Client(url) as client:
                with pytest.raises(NotAnswered, match="certificate"):
                    async with client.marking(EVENT):
                        pass

    async def test_what_is_no_frame_of_ours_is_told(self) -> None:
        async def script(side: ServiceSide) -> None:
            await side.connection.send("hello")
            await side.listens()

        with pytest.raises(NotAttendance):
            async with marking_at(script):
                pass

    async def test_more_is_said_no_faster_than_a_socket_may(self) -> None:
        """A socket that says more is closed."""
        said_at: list[float] = []

        async def script(side: ServiceSide) -> None:
            await side.lists(ANNA)
            while True:
                await side.hears()
                said_at.append(asyncio.get_running_loop().time())
                await side.says(core.Prepared(ANNA, 1.0))

        async with marking_at(script) as (_, marking):
            await asyncio.gather(*(marking.prepare(ANNA) for _ in range(FRAMES_AT_ONCE + 3)))
            assert said_at[-1] - said_at[0] >= 2 / FRAMES_A_SECOND
