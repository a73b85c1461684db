"""What a process has freed is the system's again soon. Decisions 0015 and 0021."""

from __future__ import annotations

import asyncio
import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from attendance_web.serving.freed_memory import (
    ALLOCATOR,
    allocate_by_glibc,
    give_back_free_pages,
)
from tests.support.people import Person, sign_up_people
from tests.support.service_process import PATIENCE_SECONDS, Service, running

MEBIBYTE = 2**20
UPLOAD = "/api/profile/UpdateProfilePicture"
BOUNDARY = "b"
NO_PICTURE = b"a" * (10 * MEBIBYTE)
SENDER_COUNT = 2  # at once, of one person
UPLOADS_EACH = 4  # of the same
CONNECTION_COUNT, REQUESTS_TOGETHER = 2000, 40
LET_IN_SECONDS = 2.0
MAX_KEPT_BYTES = 15 * MEBIBYTE  # of the service, when all have their answers or have gone

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the bound is one of glibc's")


def form() -> bytes:
    name = b'name="name"\r\n\r\na.png\r\n'
    image = b'name="image"; filename="a.png"\r\n\r\n' + NO_PICTURE + b"\r\n"
    parts = [b"--b\r\nContent-Disposition: form-data; " + part for part in (name, image)]
    return b"".join([*parts, b"--b--\r\n"])


def send_some(service: Service, person: Person, body: bytes, note: Callable[[bytes], None]) -> None:
    headers = {
        **person.browser.headers(),
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
    }
    connection = http.client.HTTPConnection(*service.address, timeout=PATIENCE_SECONDS)
    try:
        for _ in range(UPLOADS_EACH):
            connection.request("POST", UPLOAD, body, headers)
            note(connection.getresponse().read())
    finally:
        connection.close()


def wait_until_given_back(process: psutil.Process, idle_bytes: int) -> None:
    """Waits until it has hardly more than so much in memory; fails where that takes too long."""
    until = time.monotonic() + PATIENCE_SECONDS
    while (kept_bytes := process.memory_info().rss - idle_bytes) >= MAX_KEPT_BYTES:
        assert time.monotonic() < until, kept_bytes
        time.sleep(0.1)


@pytest.mark.long
def test_what_uploads_took_is_given_back(tmp_path: Path) -> None:
    body, answers = form(), list[bytes]()
    with running(tmp_path) as service:
        process = psutil.Process(service.process.pid)
        (person,) = sign_up_people(service, 1)
        idle_bytes = process.memory_info().rss
        threads = [
            threading.Thread(target=send_some, args=(service, person, body, answers.append))
            for _ in range(SENDER_COUNT)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(answers) == SENDER_COUNT * UPLOADS_EACH
        assert all(b'"bad_picture"' in answer for answer in answers)
        wait_until_given_back(process, idle_bytes)


@pytest.mark.parametrize(("chosen", "taken"), [("", "malloc"), ("pymalloc", "pymalloc")])
def test_a_service_takes_the_allocator_of_its_c_library_unless_told(
    tmp_path: Path, chosen: str, taken: str
) -> None:
    with running(tmp_path, {ALLOCATOR: chosen}) as service:
        assert psutil.Process(service.process.pid).environ()[ALLOCATOR] == taken


CLEANS_ITS_ENVIRONMENT = """
import os, sys
os.environ.pop("PYTHONMALLOC", None)
os.environ["BEGUN"] = begun = os.environ.get("BEGUN", "") + "."
if len(begun) > 3:
    sys.exit("begins anew for ever")
from attendance_web.serving.freed_memory import allocate_by_glibc
allocate_by_glibc()
print(begun)
"""


def test_one_that_cleans_its_environment_begins_anew_once() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment.pop(ALLOCATOR, None)
    command = [sys.executable, "-c", CLEANS_ITS_ENVIRONMENT]
    done = subprocess.run(
        command, env=environment, capture_output=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"..\n", b"")


def test_a_program_that_cannot_be_read_again_goes_on() -> None:
    """Else a service that came by a pipe would end at once, without a word."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment.pop(ALLOCATOR, None)
    for name in ("-", "/dev/stdin"):
        done = subprocess.run(
            [sys.executable, name],
            input=CLEANS_ITS_ENVIRONMENT.encode(),
            env=environment,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b".\n", b""), name


def test_what_the_service_imports_is_not_for_unix_alone() -> None:
    """`resource` is, and `serve` would say there that it is not installed."""
    hides_it = "import sys; sys.modules['resource'] = None"
    command = [sys.executable, "-c", f"{hides_it}; import attendance_web.serving.freed_memory"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    subprocess.run(command, env=environment, timeout=PATIENCE_SECONDS, check=True)


def test_one_that_cannot_begin_anew_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError("no such program")

    monkeypatch.setattr(os, "execve", fails)
    monkeypatch.setenv(ALLOCATOR, "")
    allocate_by_glibc()


async def leave_with_requests_waiting(address: tuple[str, int]) -> None:
    """Sends many together on many connections, and cuts all before most are answered."""
    requests = b"GET /api/auth/GetCurrentUserId HTTP/1.1\r\nHost: a\r\n\r\n" * REQUESTS_TOGETHER
    opened = [await asyncio.open_connection(*address) for _ in range(CONNECTION_COUNT)]
    for _, writer in opened:
        writer.write(requests)
    await asyncio.sleep(LET_IN_SECONDS)
    for _, writer in opened:
        writer.transport.abort()


@pytest.mark.long
def test_what_connections_took_is_given_back(tmp_path: Path) -> None:
    with running(tmp_path, {ALLOCATOR: ""}) as service:
        process = psutil.Process(service.process.pid)
        service.get("/api/auth/GetCurrentUserId")
        idle_bytes = process.memory_info().rss
        asyncio.run(leave_with_requests_waiting(service.address))
        assert process.memory_info().rss > idle_bytes + 2 * MAX_KEPT_BYTES
        wait_until_given_back(process, idle_bytes)


def test_what_is_free_beneath_something_else_is_given_back() -> None:
    process = psutil.Process()
    small = [bytearray(1024) for _ in range(60_000)]  # each a block of the C library's own
    kept = small[::1000]
    before = process.memory_info().rss
    small.clear()
    give_back_free_pages()
    assert before - process.memory_info().rss > 30 * MEBIBYTE
    assert len(kept) == 60
