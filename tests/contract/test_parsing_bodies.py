"""Bodies that have come, over real connections, are parsed in turn, and beside the event loop.

Contract: 1.11. Decision 0015.
"""

from __future__ import annotations

import threading
import time
from contextlib import AsyncExitStack

import pytest

from attendance_web.http import call_arguments
from attendance_web.http.body_parsing import Given
from attendance_web.http.call_arguments import PARSED_ALONE_BYTES
from tests.support.bodies_sent import CSRF_HEADER, UPLOAD, connected, head
from tests.support.eventually import eventually
from tests.support.houses import house_in_memory as house
from tests.support.live_house import House

__all__ = ["house"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_one_at_a_time_is_parsed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes several times its size meanwhile. Decision 0015."""
    lock, parsed = threading.Lock(), []

    def parse_body(content_type: str | None, body: bytes) -> Given:
        assert lock.acquire(blocking=False), "two are parsed at once"
        parsed.append(len(body))
        time.sleep(0.1)
        lock.release()
        return {}

    monkeypatch.setattr(call_arguments, "parse_body", parse_body)
    async with AsyncExitStack() as several:
        for _ in range(3):
            sent = head(UPLOAD, PARSED_ALONE_BYTES, CSRF_HEADER, by=await house.add_person())
            client = await connected(house, sent, b"x" * PARSED_ALONE_BYTES)
            several.push_async_exit(client)
        await eventually(lambda: len(parsed) == 3)


async def test_what_is_not_small_is_parsed_beside_the_event_loop(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Contract: 1.11. It took 32 ms of a form of 255 KiB."""
    parsed_by: list[threading.Thread] = []

    def parse_body(content_type: str | None, body: bytes) -> Given:
        parsed_by.append(threading.current_thread())
        return {}

    monkeypatch.setattr(call_arguments, "parse_body", parse_body)
    size = PARSED_ALONE_BYTES // 4
    sent = head(UPLOAD, size, CSRF_HEADER, by=await house.add_person())
    async with await connected(house, sent, b"x" * size):
        await eventually(lambda: bool(parsed_by))
    assert threading.current_thread() not in parsed_by
