"""Several processes over one PostgreSQL and one Valkey: workers of one machine.

Contract: 6.13.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

import psutil
import pytest

from attendance_web.serving.workers import worker_command
from tests.support.eventually import eventually
from tests.support.metrics import Metrics
from tests.support.people import Person, create_event, marks, sign_up_people
from tests.support.service_process import (
    LEASE_SECONDS,
    PATIENCE_SECONDS,
    Service,
    attendance,
    environment,
    running,
    two_free_ports,
)
from tests.support.wires import Wire
from tests.support.worker_processes import opened, settings, two_workers, workers_of

pytestmark = pytest.mark.long

__all__ = ["settings", "two_workers"]


class TestWorkers:
    async def test_people_on_either_mark_people_on_the_other(self, two_workers: Service) -> None:
        service = two_workers
        first, second = workers_of(service)
        asker, other, marker, another = sign_up_people(service, 4)
        event_id = create_event(marker)
        async with (
            opened(service, marker, "marking", event_id, first) as one,
            opened(service, another, "marking", event_id, second) as two,
        ):
            await one.hears("marking_list", marking_list=[])
            await two.hears("marking_list", marking_list=[])
            async with (
                asker.opens("mark_me", event_id) as waits,
                other.opens("mark_me", event_id) as waits_too,
            ):
                for wire in (one, two):
                    await wire.hears("user_joined", user_id=asker.user_id)
                    await wire.hears("user_joined", user_id=other.user_id)
                await marks(one, waits, asker.user_id)
                await two.hears("user_left", user_id=asker.user_id)
                await marks(two, waits_too, other.user_id)
                await one.hears("user_left", user_id=other.user_id)
        assert marker.karma() == another.karma() == 50

    async def test_one_that_is_killed_is_replaced_and_nothing_is_lost(
        self, two_workers: Service
    ) -> None:
        service = two_workers
        dies, stays = workers_of(service)
        marked, held, waiting, marker = sign_up_people(service, 4)
        event_id = create_event(marker)
        async with AsyncExitStack() as sockets:

            async def opens(person: Person, role: str, worker: psutil.Process) -> Wire:
                wire = opened(service, person, role, event_id, worker)
                return await sockets.enter_async_context(wire)

            lost = [await opens(each, "mark_me", dies) for each in (marked, held, waiting)]
            marking = await opens(marker, "marking", stays)
            everybody = [each.user_id for each in (marked, held, waiting)]
            assert sorted((await marking.heard())["params"]["marking_list"]) == sorted(everybody)
            await marks(marking, lost[0], marked.user_id)
            await marking.asks("prepare_to_mark", user_id=held.user_id)
            killed_at = time.monotonic()
            dies.kill()
            for wire in lost[1:]:
                assert await wire.close_code() == 1006
            await eventually(lambda: len(workers_of(service)) == 2, PATIENCE_SECONDS)
            async with held.opens("mark_me", event_id) as again:
                assert (await marking.asks("confirm_marking"))["message"] == "marked"
                await again.hears("was_marked", user_id=marker.user_id)
            async with marked.opens("mark_me", event_id) as again:
                await again.hears("was_marked", user_id=marker.user_id)
            # Who does not come back leaves in the end
            next_frame = asyncio.wait_for(marking.connection.recv(), LEASE_SECONDS + 5)
            assert json.loads(await next_frame)["params"] == {"user_id": waiting.user_id}
            assert LEASE_SECONDS - 3 < time.monotonic() - killed_at < LEASE_SECONDS + 5
        assert marker.karma() == 100
        assert "worker 0 ended with -9" in service.said()

    async def test_on_sigterm_all_end_and_sockets_are_told_to_come_back(
        self, two_workers: Service
    ) -> None:
        asker, marker = sign_up_people(two_workers, 2)
        event_id = create_event(marker)
        before = workers_of(two_workers)
        async with (
            asker.opens("mark_me", event_id) as waits,
            marker.opens("marking", event_id) as marking,
        ):
            await marking.hears("marking_list")
            begun = time.monotonic()
            two_workers.process.send_signal(signal.SIGTERM)
            for wire in (waits, marking):
                assert await wire.close_code() == 1012
        assert two_workers.process.wait(PATIENCE_SECONDS) == 0
        assert time.monotonic() - begun < 15
        assert not any(each.is_running() for each in before)
        assert "Traceback" not in two_workers.said()

    def test_workers_do_not_outlive_their_parent(self, two_workers: Service) -> None:
        workers = workers_of(two_workers)
        two_workers.kill()
        ended, alive = psutil.wait_procs(workers, PATIENCE_SECONDS)
        assert len(ended) == 2 and not alive

    def test_one_that_is_asked_to_stop_is_replaced(self, two_workers: Service) -> None:
        first, second = workers_of(two_workers)
        os.kill(first.pid, signal.SIGTERM)
        psutil.wait_procs([first], PATIENCE_SECONDS)
        until = time.monotonic() + PATIENCE_SECONDS
        while len(present := workers_of(two_workers)) < 2:
            assert time.monotonic() < until
        assert second in present and first not in present
        assert two_workers.get("/health/live") == (200, b"live")


# An `attendance` whose workers all die young, however long it takes to kill one
PROGRAM_DYING_YOUNG = """
from attendance_web.cli import main
from attendance_web.serving import workers
workers.SHORT_LIFE_SECONDS = 3600.0
main()
"""


class TestDiesYoung:
    async def test_it_is_replaced_later_each_time(
        self, tmp_path: Path, settings: dict[str, str]
    ) -> None:
        given = {**settings, "ATTENDANCE_WORKERS": "2"}
        with running(
            tmp_path, given, command=[sys.executable, "-c", PROGRAM_DYING_YOUNG]
        ) as service:
            _, stays = workers_of(service)
            pauses: list[str] = []
            for number in (1, 2, 3):
                await eventually(lambda: len(workers_of(service)) == 2, PATIENCE_SECONDS)
                (young,) = (each for each in workers_of(service) if each != stays)
                young.kill()

                def is_told(number: int = number) -> bool:
                    pauses[:] = re.findall(r"another is started in ([0-9.]+) s", service.said())
                    return len(pauses) == number

                await eventually(is_told, PATIENCE_SECONDS)
            assert pauses == ["0.5", "1.0", "2.0"]
            assert service.get("/health/ready") == (200, b"ready")
            assert service.stop() == 0


class TestStart:
    def test_what_is_wrong_is_told_once(self, tmp_path: Path, settings: dict[str, str]) -> None:
        given = {**settings, "ATTENDANCE_WORKERS": "3", "ATTENDANCE_FILES_URL": "file:///dev/null"}
        done = attendance("serve", folder=tmp_path, settings=given)
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1, done.stderr

    async def test_each_has_metrics_of_its_own_and_is_named_in_the_log(
        self, tmp_path: Path, settings: dict[str, str]
    ) -> None:
        port, call_count = two_free_ports(), 20
        given = {**settings, "ATTENDANCE_WORKERS": "2", "ATTENDANCE_METRICS_PORT": str(port)}

        def call_counts() -> list[float]:
            return [
                each.value("call_seconds_count", call="GetCurrentUserId")
                if "GetCurrentUserId" in each.text
                else 0
                for each in (Metrics(port), Metrics(port + 1))
            ]

        with running(tmp_path, given) as service:
            for _ in range(call_count):
                service.get("/api/auth/GetCurrentUserId")
            await eventually(lambda: sum(call_counts()) == call_count)  # a step behind the answers
            counted = call_counts()
            assert service.stop() == 0
            lines = [json.loads(line) for line in service.said().splitlines()]
        workers = [each["worker"] for each in lines if each["event"] == "request"]
        assert [workers.count(0), workers.count(1)] == counted


# An `attendance` whose parent finds no room for another process while a file says so
PROGRAM_WITHOUT_ROOM = """
import os, subprocess
from attendance_web.cli import main
class Popen(subprocess.Popen):
    def __init__(self, *given, **named):
        if os.path.exists("crowded"):
            raise BlockingIOError(11, "Resource temporarily unavailable")
        super().__init__(*given, **named)
subprocess.Popen = Popen
main()
"""


class TestNoRoomForAWorker:
    async def test_it_is_started_as_soon_as_there_is_and_the_others_serve_on(
        self, tmp_path: Path, settings: dict[str, str]
    ) -> None:
        given = {**settings, "ATTENDANCE_WORKERS": "2"}
        with running(
            tmp_path, given, command=[sys.executable, "-c", PROGRAM_WITHOUT_ROOM]
        ) as service:
            dies, stays = workers_of(service)
            (tmp_path / "crowded").touch()
            dies.kill()
            await eventually(
                lambda: service.said().count("cannot be started") == 2, PATIENCE_SECONDS
            )
            (tmp_path / "crowded").unlink()
            await eventually(lambda: len(workers_of(service)) == 2, PATIENCE_SECONDS)
            assert stays in workers_of(service)
            assert service.stop() == 0

    def test_at_the_start_it_is_one_line_and_the_end(self, tmp_path: Path) -> None:
        (tmp_path / "crowded").touch()
        url = "postgresql://nobody@localhost/nothing"  # the parent does not ask for it
        given = {"ATTENDANCE_WORKERS": "2", "ATTENDANCE_DATABASE_URL": url}
        given["ATTENDANCE_NOTIFIER_URL"] = "valkey://localhost"
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM_WITHOUT_ROOM, "serve"],
            cwd=tmp_path,
            env=environment(tmp_path, given),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        assert done.returncode == 1
        assert "worker 0 cannot be started" in done.stderr
        assert "Traceback" not in done.stderr


class TestCommand:
    """A worker is started as its parent was."""

    @pytest.mark.parametrize(
        ("given", "made"),
        [
            (["python", "-X", "dev", "attendance", "serve"], ["-X", "dev", "attendance", "work"]),
            (
                ["python", "-m", "attendance_web.cli", "serve", "--"],
                ["-m", "attendance_web.cli", "work"],
            ),
            (["python", "serve", "serve", "--some=option"], ["serve", "work"]),
            (["python", "of_another_host.py"], ["-m", "attendance_web.cli", "work"]),
        ],
    )
    def test_wherever_the_word_stood(self, given: list[str], made: list[str]) -> None:
        assert worker_command(given) == [sys.executable, *made]
