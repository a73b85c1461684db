"""What uploads took of a process is the system's again when they have their answers.

Decision 0015.
"""

from __future__ import annotations

import http.client
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from attendance_web.serving.freed_memory import give_back_free_pages
from tests.support.people import Person, sign_up_people
from tests.support.service_process import PATIENCE_SECONDS, Service, running

MEBIBYTE = 2**20
UPLOAD = "/api/profile/UpdateProfilePicture"
BOUNDARY = "b"
NO_PICTURE = b"a" * (10 * MEBIBYTE)
SENDER_COUNT = 2  # at once, of one person
UPLOADS_EACH = 4  # of the same
MAX_KEPT_BYTES = 15 * MEBIBYTE  # of the service, when all have their answers

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
        until = time.monotonic() + PATIENCE_SECONDS
        while (kept_bytes := process.memory_info().rss - idle_bytes) >= MAX_KEPT_BYTES:
            assert time.monotonic() < until, kept_bytes
            time.sleep(0.1)


def test_what_is_free_beneath_something_else_is_given_back() -> None:
    process = psutil.Process()
    small = [bytearray(1024) for _ in range(60_000)]  # each a block of the C library's own
    kept = small[::1000]
    before = process.memory_info().rss
    small.clear()
    give_back_free_pages()
    assert before - process.memory_info().rss > 30 * MEBIBYTE
    assert len(kept) == 60
