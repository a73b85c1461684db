"""Bodies that do not go on, over real connections, keep nobody out. Contract: 1.17."""

from __future__ import annotations

import asyncio
import subprocess
from contextlib import AsyncExitStack

import pytest

from attendance_adapters import pictures
from attendance_web.http import incoming_body
from attendance_web.http.call import MAX_BODY_BYTES, MAX_UPLOAD_BODY_BYTES
from attendance_web.http.incoming_bodies import COUNTED_AT_LEAST_BYTES, UPLOADS_OF_ONE
from tests.support.bodies_sent import (
    CSRF_HEADER,
    LOG_IN,
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


class TestUnfinished:
    """Contract: 1.17."""

    async def test_of_a_hundred_uploads_of_one_person_two_are_let_in(
        self, house: House, anna: Visitor
    ) -> None:
        async with AsyncExitStack() as many:
            sent = head(UPLOAD, MAX_UPLOAD_BODY_BYTES, CSRF_HEADER, by=anna), b"x" * 100_000
            clients = [
                await many.enter_async_context(await connected(house, *sent)) for _ in range(100)
            ]
            told = await asyncio.gather(*(each.answer() for each in clients[2:]))
            assert {tuple(statuses(each)) for each in told} == {(429,)}
            assert all(b"retry-after: 5" in each.lower() for each in told)
            await eventually(lambda: upload_bytes(house) == UPLOADS_OF_ONE * 100_000)
            for each in clients[2:4]:  # an answer that arrives, whatever is still sent
                for _ in range(20):
                    await each.sends(b"x" * 100_000)
        await eventually(lambda: upload_bytes(house) == 0)
        body = form()
        async with await connected(
            house, head(UPLOAD, len(body), CSRF_HEADER, by=anna), body
        ) as again:
            assert statuses(await again.answer()) == [200]

    async def test_uploads_that_do_not_go_on_keep_no_other_out(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        uploads, body, size = house.app.services.bodies._uploads, form(), 50_000
        monkeypatch.setattr(uploads, "_max_bytes", 8 * size)
        async with AsyncExitStack() as many:
            clients = []
            for _ in range(8):
                sent = head(UPLOAD, 8 * size, CSRF_HEADER, by=await house.add_person())
                client = await connected(house, sent, b"x" * size)
                clients.append(await many.enter_async_context(client))
            await eventually(lambda: uploads.size == 8 * size)
            sent = head(UPLOAD, len(body), CSRF_HEADER, by=await house.add_person())
            async with await connected(house, sent, body) as honest:
                assert statuses(await honest.answer()) == [200]
            told = await clients[0].answer()
            assert statuses(told) == [408] and b'"code":"body_too_slow"' in told
            assert uploads.size == 7 * size
        await eventually(lambda: uploads.size == 0)

    async def test_more_small_ones_than_there_is_room_for_keep_no_other_out(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        small = house.app.services.bodies._small
        monkeypatch.setattr(small, "_max_bytes", 40 * MAX_BODY_BYTES)
        async with AsyncExitStack() as many:
            sent = head(LOG_IN, MAX_BODY_BYTES, CSRF_HEADER), b"x"
            for _ in range(50):
                await many.enter_async_context(await connected(house, *sent))
            await eventually(lambda: small.size == 40 * MAX_BODY_BYTES)
            async with await connected(house, head(LOG_IN, 5, CSRF_HEADER), b"--b--") as client:
                assert statuses(await client.answer()) == [200]
            assert small.size <= 40 * MAX_BODY_BYTES
        await eventually(lambda: small.size == 0)

    @pytest.mark.parametrize("path", [UPLOAD, UPDATE_INFO])
    async def test_one_that_comes_too_slowly_is_refused_and_a_steady_one_is_not(
        self, house: House, anna: Visitor, monkeypatch: pytest.MonkeyPatch, path: str
    ) -> None:
        monkeypatch.setattr(incoming_body, "PATIENCE_SECONDS", 1.0)
        sent = head(path, 9000, CSRF_HEADER, by=anna)
        async with (
            await connected(house, sent, b"x") as slow,
            await connected(house, sent) as steady,
        ):
            for _ in range(9):
                await asyncio.sleep(0.2)
                await steady.sends(b"x" * 1000)
            told = await slow.answer()
            assert statuses(told) == [408]
            assert b'"code":"body_too_slow"' in told and b"connection: close" in told.lower()
            assert statuses(await steady.answer()) == [200]

    async def test_nothing_is_done_for_who_has_gone(
        self, house: House, anna: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: 3.4."""
        workers: list[subprocess.Popen[bytes]] = []

        def start(_: object) -> subprocess.Popen[bytes]:
            pipe = subprocess.PIPE
            workers.append(subprocess.Popen(["sleep", "60"], stdin=pipe, stdout=pipe, stderr=pipe))
            return workers[-1]

        with monkeypatch.context() as patch:
            patch.setattr(pictures._Job, "_start_worker", start)
            body = form()
            sent = head(UPLOAD, len(body), CSRF_HEADER, by=anna), body
            first, second = await connected(house, *sent), await connected(house, *sent)
            await eventually(lambda: workers and upload_bytes(house) == 2 * COUNTED_AT_LEAST_BYTES)
            second.writer.close()  # it waits for the first
            await eventually(lambda: upload_bytes(house) == COUNTED_AT_LEAST_BYTES)
            first.writer.close()
            await eventually(lambda: upload_bytes(house) == 0)
            await eventually(lambda: workers[0].poll() is not None)
            assert len(workers) == 1
        async with await connected(house, *sent) as again:
            assert statuses(await again.answer()) == [200]
