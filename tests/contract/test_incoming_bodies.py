"""Bodies over real connections: refused before they are read, and bounded. Contract: 1.10, 1.17."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import AsyncExitStack, suppress

import pytest

from attendance_adapters import pictures
from attendance_core.vocabulary import UserId
from attendance_web.http.call import MAX_UPLOAD_BODY_BYTES
from attendance_web.http.incoming_bodies import COUNTED_AT_LEAST_BYTES
from attendance_web.serving.http_closing import BODY_REMAINDER_SECONDS
from tests.support.bodies_sent import (
    CSRF_HEADER,
    UPDATE_INFO,
    UPLOAD,
    anna,
    connected,
    form,
    head,
    upload_bytes,
)
from tests.support.eventually import eventually
from tests.support.houses import house_in_memory as house
from tests.support.live_house import House, Visitor
from tests.support.smuggled import statuses

__all__ = ["anna", "house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestRefusedBeforeItIsRead:
    """Contract: 1.10, 1.17."""

    EXPECTS = "Expect: 100-continue"

    async def answer_to(self, house: House, sent: bytes) -> bytes:
        async with await connected(house, sent) as client:
            return await client.answer()

    @pytest.mark.parametrize("path", [UPLOAD, UPDATE_INFO])
    @pytest.mark.parametrize(
        ("more", "size", "logged_in", "status", "code"),
        [
            ([CSRF_HEADER], 1000, False, 401, "not_logged_in"),
            ([], 1000, True, 403, "csrf_failed"),
            ([CSRF_HEADER, "Origin: http://elsewhere.test"], 1000, True, 403, "foreign_origin"),
            ([CSRF_HEADER], MAX_UPLOAD_BODY_BYTES + 1, True, 413, "body_too_large"),
            ([CSRF_HEADER, "X-Attendance-User: 999"], 1000, True, 200, "other_person"),
        ],
    )
    async def test_by_what_its_head_says(
        self,
        house: House,
        anna: Visitor,
        path: str,
        more: list[str],
        size: int,
        logged_in: bool,
        status: int,
        code: str,
    ) -> None:
        by = anna if logged_in else None
        told = await self.answer_to(house, head(path, size, self.EXPECTS, *more, by=by))
        assert statuses(told) == [status]
        assert f'"code":"{code}"'.encode() in told

    async def test_by_the_limit_of_an_hour(self, house: House, anna: Visitor) -> None:
        """One that never comes whole counts."""
        sent = head(UPLOAD, 1000, self.EXPECTS, CSRF_HEADER, by=anna)
        for _ in range(59):
            await house.app.services.limits.count_upload(UserId(anna.user_id))
        assert b" 100 " in await self.answer_to(house, sent)
        await eventually(lambda: upload_bytes(house) == 0)
        told = await self.answer_to(house, sent)
        assert statuses(told) == [429] and b"retry-after: 3600" in told.lower()

    async def test_by_what_of_everybody_is_still_to_be_worked_off(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And it does not count as one of the hour."""
        monkeypatch.setattr(pictures, "WORKER_COMMAND", ["sleep", "60"])
        uploads, body, late = house.app.services.bodies._uploads, form(), await house.add_person()
        monkeypatch.setattr(uploads, "_max_bytes", 4 * COUNTED_AT_LEAST_BYTES)
        sent = head(UPLOAD, 3 * COUNTED_AT_LEAST_BYTES, self.EXPECTS, CSRF_HEADER, by=late)
        async with AsyncExitStack() as several:
            for _ in range(2):
                upload = head(UPLOAD, len(body), CSRF_HEADER, by=await house.add_person()), body
                await several.enter_async_context(await connected(house, *upload))
            await eventually(lambda: not uploads.has_room_for(3 * COUNTED_AT_LEAST_BYTES))
            for _ in range(61):
                told = await self.answer_to(house, sent)
                assert statuses(told) == [503] and b"retry-after: 1" in told.lower()
        monkeypatch.undo()
        await eventually(lambda: upload_bytes(house) == 0)
        assert b" 100 " in await self.answer_to(house, sent)

    async def test_it_is_told_at_once_and_no_more_is_read_soon(self, house: House) -> None:
        """Though its client goes on and on."""
        began = time.monotonic()
        async with await connected(house, head(UPLOAD, 10_000_000, CSRF_HEADER)) as client:
            assert statuses(await client.answer()) == [401]
            assert time.monotonic() - began < 1
            with pytest.raises(ConnectionError):
                while time.monotonic() - began < 10:
                    await client.sends(b"x" * 10_000)
                    await asyncio.sleep(0.1)
        assert time.monotonic() - began < 2 * BODY_REMAINDER_SECONDS <= 4

    async def test_who_reads_when_all_is_sent_finds_the_answer(self, house: House) -> None:
        """Though they could not send all of it."""

        def send_and_read() -> bytes:
            with socket.create_connection(("127.0.0.1", house.port), timeout=10) as own_socket:
                with suppress(ConnectionError):
                    own_socket.sendall(head(UPLOAD, MAX_UPLOAD_BODY_BYTES, CSRF_HEADER))
                    own_socket.sendall(b"x" * MAX_UPLOAD_BODY_BYTES)
                return own_socket.recv(10_000)

        assert statuses(await asyncio.to_thread(send_and_read)) == [401]

    async def test_what_is_not_refused_is_asked_for(self, house: House, anna: Visitor) -> None:
        body = form()
        sent = head(UPLOAD, len(body), self.EXPECTS, CSRF_HEADER, by=anna)
        async with await connected(house, sent) as client:
            assert b" 100 Continue" in await client.answer()
            await client.sends(body)
            assert statuses(await client.answer()) == [200]
