"""A worker that lives and does nothing is replaced; one that was not heard is left in peace."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from attendance_web.serving.parent import SIGN_EVERY
from attendance_web.serving.workers import SILENT_SECONDS
from tests.support.eventually import eventually
from tests.support.people import create_event, sign_up_people
from tests.support.service_process import PATIENCE_SECONDS, Service, running
from tests.support.worker_processes import opened, settings, two_workers, workers_of

__all__ = ["settings", "two_workers"]

pytestmark = pytest.mark.long

MAX_GAP_SECONDS = 8.0  # that the service may be away
PAUSE_SECONDS = 0.05  # from a question to the next
# In which a parent that was awake would have killed a worker that gave no sign
LONG_SILENCE_SECONDS = SILENT_SECONDS + 2 * SIGN_EVERY
A_MOMENT_SECONDS = 2 * SIGN_EVERY  # in which a parent that wakes would have killed one
# An `attendance` whose workers can be asked to enter a loop that never comes back
SERVE_UNTIL_STUCK = """
import signal, time
from attendance_web.cli import main
signal.signal(signal.SIGUSR1, lambda *_: time.sleep(600))
main()
"""


@contextmanager
def standing_still(*processes: psutil.Process) -> Iterator[None]:
    """Stops these, in this order, while the block goes on."""
    for each in processes:
        each.suspend()
    try:
        yield
    finally:
        for each in processes:
            with suppress(psutil.NoSuchProcess):
                each.resume()


async def longest_gap(service: Service, until_replaced: psutil.Process) -> float:
    """Measures the longest, in seconds, between two answers, until this worker has a successor.

    It has to be killed soon, though others answer meanwhile.
    """
    longest, answered_at, begun = 0.0, time.monotonic(), time.monotonic()
    while until_replaced in (workers := workers_of(service)) or len(workers) < 2:
        patience = SILENT_SECONDS + 5 if until_replaced in workers else PATIENCE_SECONDS
        assert time.monotonic() - begun < patience
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):
                reader, writer = await asyncio.open_connection(*service.address)
                writer.write(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
                try:
                    assert b"200" in await reader.readline()
                finally:
                    writer.close()
            answered_at = time.monotonic()
        longest = max(longest, time.monotonic() - answered_at)
        await asyncio.sleep(PAUSE_SECONDS)
    return longest


class TestOneThatHangs:
    async def test_is_killed_and_replaced_and_its_people_are_listed_once(
        self, two_workers: Service
    ) -> None:
        service = two_workers
        hanging, staying = workers_of(service)
        asker, marker = sign_up_people(service, 2)
        event_id = create_event(marker)
        async with opened(service, marker, "marking", event_id, staying) as marking:
            await marking.hears("marking_list", marking_list=[])
            async with opened(service, asker, "mark_me", event_id, hanging) as lost:
                while not marking.listed:  # what came elsewhere first joined and left
                    await marking.heard()
                hanging.suspend()
                assert await longest_gap(service, hanging) < MAX_GAP_SECONDS
                assert await lost.close_code() == 1006
            successor = workers_of(service)[-1]
            async with opened(service, asker, "mark_me", event_id, successor):
                await marking.says("ping")
                while (await marking.heard())["message"] != "pong":
                    pass  # what came elsewhere first joined and left
                while not marking.listed:
                    await marking.heard()
                async with opened(service, marker, "marking", event_id, staying) as second:
                    await second.hears("marking_list", marking_list=[asker.user_id])
        said = service.said()
        assert re.search(r"worker 0 hangs: no sign of life for \d", said)
        assert "worker 0 ended with -9; another is started in 0.0 s" in said

    async def test_is_noticed_also_when_only_its_loop_does(
        self, tmp_path: Path, settings: dict[str, str]
    ) -> None:
        given = {**settings, "ATTENDANCE_WORKERS": "2"}
        with running(tmp_path, given, command=[sys.executable, "-c", SERVE_UNTIL_STUCK]) as service:
            hanging, _ = workers_of(service)
            hanging.send_signal(signal.SIGUSR1)
            assert await longest_gap(service, hanging) < MAX_GAP_SECONDS
            assert service.stop() == 0

    async def test_does_not_keep_the_service_from_stopping(self, two_workers: Service) -> None:
        hanging, _ = workers_of(two_workers)
        hanging.suspend()
        assert two_workers.stop() == 0
        assert not hanging.is_running()


class TestParentThatStoodStill:
    async def test_kills_nobody_when_it_wakes(self, two_workers: Service) -> None:
        parent, workers = psutil.Process(two_workers.process.pid), workers_of(two_workers)
        with standing_still(parent, *workers):
            await asyncio.sleep(LONG_SILENCE_SECONDS)
            parent.resume()  # it runs before any of them can give a sign
            await asyncio.sleep(A_MOMENT_SECONDS)
        await asyncio.sleep(A_MOMENT_SECONDS)
        assert workers_of(two_workers) == workers
        assert "hangs" not in two_workers.said()

    async def test_finds_the_signs_that_were_given_meanwhile(self, two_workers: Service) -> None:
        parent, workers = psutil.Process(two_workers.process.pid), workers_of(two_workers)
        with standing_still(parent):
            await asyncio.sleep(LONG_SILENCE_SECONDS)
        await asyncio.sleep(A_MOMENT_SECONDS)
        assert workers_of(two_workers) == workers
        hanging, _ = workers
        hanging.suspend()  # and it listens as it did before
        await eventually(lambda: hanging not in workers_of(two_workers), SILENT_SECONDS + 5)
