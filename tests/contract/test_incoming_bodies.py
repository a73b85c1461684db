"""Bodies over real connections: refused before they are read, and bounded. Contract: 1.10, 1.17."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import threading
import time
from contextlib import AsyncExitStack, suppress

import pytest
import pytest_asyncio

from attendance_adapters import pictures
from attendance_core.vocabulary import UserId
from attendance_web.http import call_arguments, incoming_body
from attendance_web.http.body_parsing import Given
from attendance_web.http.call import MAX_BODY_BYTES, MAX_UPLOAD_BODY_BYTES
from attendance_web.http.call_arguments import PARSED_IN_THREAD_BYTES
from attendance_web.http.incoming_bodies import MIN_COUNTED_BYTES, UPLOADS_OF_ONE
from attendance_web.serving.http_closing import REST_SECONDS
from tests.support.eventually import eventually
from tests.support.houses import house_in_memory as house
from tests.support.live_house import House, Visitor
from tests.support.pictures import picture
from tests.support.smuggled import statuses

__all__ = ["house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")

UPLOAD = "/api/profile/UpdateProfilePicture"
INFO = "/api/profile/UpdateProfileInfo"
LOG_IN = "/accounts/login/"
FORM = "multipart/form-data; boundary=b"
TOKEN = "X-CSRFToken: t"


@pytest_asyncio.fixture(loop_scope="module")
async def anna(house: House) -> Visitor:
    return await house.person()


def head(path: str, length: int, *more: str, by: Visitor | None = None) -> bytes:
    cookie = "Cookie: csrftoken=t" + (f"; sessionid={by.token}" if by else "")
    lines = [f"POST {path} HTTP/1.1", "Host: x", f"Content-Length: {length}", cookie, *more]
    return "\r\n".join([*lines, f"Content-Type: {FORM}", "", ""]).encode()


def form() -> bytes:
    parts = [b'name="name"\r\n\r\na.png', b'name="image"; filename="a.png"\r\n\r\n' + picture()]
    written = b"".join(b"--b\r\nContent-Disposition: form-data; " + p + b"\r\n" for p in parts)
    return written + b"--b--\r\n"


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def sends(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> bytes:
        """The head and the start of the body of whatever comes first."""
        async with asyncio.timeout(10):
            told = await self.reader.readuntil(b"\r\n\r\n")
            return told + (b"" if b" 100 " in told else await self.reader.read(1000))

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.transport.abort()


async def connected(house: House, *sent: bytes) -> Client:
    client = Client(*await asyncio.open_connection("127.0.0.1", house.port))
    for part in sent:
        await client.sends(part)
    return client


def upload_bytes(house: House) -> int:
    return house.app.services.bodies._uploads.size


class TestRefusedBeforeItIsRead:
    """Contract: 1.10, 1.17."""

    EXPECTS = "Expect: 100-continue"

    async def refusal(self, house: House, sent: bytes) -> bytes:
        async with await connected(house, sent) as client:
            return await client.answer()

    @pytest.mark.parametrize("path", [UPLOAD, INFO])
    @pytest.mark.parametrize(
        ("more", "size", "logged_in", "status", "code"),
        [
            ([TOKEN], 1000, False, 401, "not_logged_in"),
            ([], 1000, True, 403, "csrf_failed"),
            ([TOKEN, "Origin: http://elsewhere.test"], 1000, True, 403, "foreign_origin"),
            ([TOKEN], MAX_UPLOAD_BODY_BYTES + 1, True, 413, "body_too_large"),
            ([TOKEN, "X-Attendance-User: 999"], 1000, True, 200, "other_person"),
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
        told = await self.refusal(house, head(path, size, self.EXPECTS, *more, by=by))
        assert statuses(told) == [status]
        assert f'"code":"{code}"'.encode() in told

    async def test_by_the_limit_of_an_hour(self, house: House, anna: Visitor) -> None:
        """One that never comes whole counts."""
        sent = head(UPLOAD, 1000, self.EXPECTS, TOKEN, by=anna)
        for _ in range(59):
            await house.app.services.limits.count_upload(UserId(anna.user_id))
        assert b" 100 " in await self.refusal(house, sent)
        await eventually(lambda: upload_bytes(house) == 0)
        told = await self.refusal(house, sent)
        assert statuses(told) == [429] and b"retry-after: 3600" in told.lower()

    async def test_by_what_of_everybody_is_still_to_be_worked_off(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And it does not count as one of the hour."""
        monkeypatch.setattr(pictures, "WORKER_COMMAND", ["sleep", "60"])
        uploads, body, late = house.app.services.bodies._uploads, form(), await house.person()
        monkeypatch.setattr(uploads, "_max_bytes", 4 * MIN_COUNTED_BYTES)
        sent = head(UPLOAD, 3 * MIN_COUNTED_BYTES, self.EXPECTS, TOKEN, by=late)
        async with AsyncExitStack() as several:
            for _ in range(2):
                upload = head(UPLOAD, len(body), TOKEN, by=await house.person()), body
                await several.enter_async_context(await connected(house, *upload))
            await eventually(lambda: not uploads.has_room_for(3 * MIN_COUNTED_BYTES))
            for _ in range(61):
                told = await self.refusal(house, sent)
                assert statuses(told) == [503] and b"retry-after: 1" in told.lower()
        monkeypatch.undo()
        await eventually(lambda: upload_bytes(house) == 0)
        assert b" 100 " in await self.refusal(house, sent)

    async def test_it_is_told_at_once_and_no_more_is_read_soon(self, house: House) -> None:
        """Though its client goes on and on."""
        began = time.monotonic()
        async with await connected(house, head(UPLOAD, 10_000_000, TOKEN)) as client:
            assert statuses(await client.answer()) == [401]
            assert time.monotonic() - began < 1
            with pytest.raises(ConnectionError):
                while time.monotonic() - began < 10:
                    await client.sends(b"x" * 10_000)
                    await asyncio.sleep(0.1)
        assert time.monotonic() - began < 2 * REST_SECONDS <= 4

    async def test_who_reads_when_all_is_sent_finds_the_answer(self, house: House) -> None:
        """Though they could not send all of it."""

        def send_and_read() -> bytes:
            with socket.create_connection(("127.0.0.1", house.port), timeout=10) as own:
                with suppress(ConnectionError):
                    own.sendall(head(UPLOAD, MAX_UPLOAD_BODY_BYTES, TOKEN))
                    own.sendall(b"x" * MAX_UPLOAD_BODY_BYTES)
                return own.recv(10_000)

        assert statuses(await asyncio.to_thread(send_and_read)) == [401]

    async def test_what_is_not_refused_is_asked_for(self, house: House, anna: Visitor) -> None:
        body = form()
        sent = head(UPLOAD, len(body), self.EXPECTS, TOKEN, by=anna)
        async with await connected(house, sent) as client:
            assert b" 100 Continue" in await client.answer()
            await client.sends(body)
            assert statuses(await client.answer()) == [200]


class TestUnfinished:
    """Contract: 1.17."""

    async def test_of_a_hundred_uploads_of_one_person_two_are_let_in(
        self, house: House, anna: Visitor
    ) -> None:
        async with AsyncExitStack() as many:
            sent = head(UPLOAD, MAX_UPLOAD_BODY_BYTES, TOKEN, by=anna), b"x" * 100_000
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
        async with await connected(house, head(UPLOAD, len(body), TOKEN, by=anna), body) as again:
            assert statuses(await again.answer()) == [200]

    async def test_uploads_that_do_not_go_on_keep_no_other_out(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        uploads, body, size = house.app.services.bodies._uploads, form(), 50_000
        monkeypatch.setattr(uploads, "_max_bytes", 8 * size)
        async with AsyncExitStack() as many:
            clients = []
            for _ in range(8):
                sent = head(UPLOAD, 8 * size, TOKEN, by=await house.person())
                client = await connected(house, sent, b"x" * size)
                clients.append(await many.enter_async_context(client))
            await eventually(lambda: uploads.size == 8 * size)
            sent = head(UPLOAD, len(body), TOKEN, by=await house.person())
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
            sent = head(LOG_IN, MAX_BODY_BYTES, TOKEN), b"x"
            for _ in range(50):
                await many.enter_async_context(await connected(house, *sent))
            await eventually(lambda: small.size == 40 * MAX_BODY_BYTES)
            async with await connected(house, head(LOG_IN, 5, TOKEN), b"--b--") as client:
                assert statuses(await client.answer()) == [200]
            assert small.size <= 40 * MAX_BODY_BYTES
        await eventually(lambda: small.size == 0)

    @pytest.mark.parametrize("path", [UPLOAD, INFO])
    async def test_one_that_comes_too_slowly_is_refused_and_a_steady_one_is_not(
        self, house: House, anna: Visitor, monkeypatch: pytest.MonkeyPatch, path: str
    ) -> None:
        monkeypatch.setattr(incoming_body, "PATIENCE_SECONDS", 1.0)
        sent = head(path, 9000, TOKEN, by=anna)
        async with await connected(house, sent, b"x") as slow, await connected(house, sent) as well:
            for _ in range(9):
                await asyncio.sleep(0.2)
                await well.sends(b"x" * 1000)
            told = await slow.answer()
            assert statuses(told) == [408]
            assert b'"code":"body_too_slow"' in told and b"connection: close" in told.lower()
            assert statuses(await well.answer()) == [200]

    async def test_one_at_a_time_is_parsed(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It takes several times its size meanwhile. Decision 0015."""
        one, parsed = threading.Lock(), []

        def parse_body(content_type: str | None, body: bytes) -> Given:
            assert one.acquire(blocking=False), "two are parsed at once"
            parsed.append(len(body))
            time.sleep(0.1)
            one.release()
            return {}

        monkeypatch.setattr(call_arguments, "parse_body", parse_body)
        async with AsyncExitStack() as several:
            for _ in range(3):
                sent = head(UPLOAD, PARSED_IN_THREAD_BYTES, TOKEN, by=await house.person())
                client = await connected(house, sent, b"x" * PARSED_IN_THREAD_BYTES)
                several.push_async_exit(client)
            await eventually(lambda: len(parsed) == 3)

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
            sent = head(UPLOAD, len(body), TOKEN, by=anna), body
            first, second = await connected(house, *sent), await connected(house, *sent)
            await eventually(lambda: workers and upload_bytes(house) == 2 * MIN_COUNTED_BYTES)
            second.writer.close()  # it waits for the first
            await eventually(lambda: upload_bytes(house) == MIN_COUNTED_BYTES)
            first.writer.close()
            await eventually(lambda: upload_bytes(house) == 0)
            await eventually(lambda: workers[0].poll() is not None)
            assert len(workers) == 1
        async with await connected(house, *sent) as again:
            assert statuses(await again.answer()) == [200]
