"""Processes that die, stop and stall, and what people find when they return: rule 13.

Contract: 6.13, 6.3 and 6.4. The services here are processes of their own, with SQLite.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from tests.support import dying_service
from tests.support.eventually import eventually
from tests.support.people import create_event, sign_up_people
from tests.support.service_process import COMMAND, GRACE_SECONDS, LEASE_SECONDS, free_port, running
from tests.support.wires import Ended

pytestmark = pytest.mark.long

STALL_SECONDS = LEASE_SECONDS + 1  # that a process does nothing, and does not know it
SWEEP_SECONDS = GRACE_SECONDS + 2  # in which a sweep would have emptied the list
LONG_GRACE_SECONDS = 60  # where nobody may lose their place while a slow machine starts a service


@pytest.fixture
def settings() -> dict[str, str]:
    """Each service of one test listens at the same port."""
    return {
        "ATTENDANCE_GRACE_SECONDS": str(LONG_GRACE_SECONDS),
        "ATTENDANCE_HOLD_SECONDS": "60",
        "ATTENDANCE_PORT": str(free_port()),
    }


async def test_a_killed_service_loses_no_place_no_hold_and_no_mark(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    with running(tmp_path, settings) as service:
        first, second, marked, marker = sign_up_people(service, 4)
        event_id = create_event(marker)
        async with (
            first.opens("mark_me", event_id),
            second.opens("mark_me", event_id),
            marked.opens("mark_me", event_id) as marked_wire,
            marker.opens("marking", event_id) as wire,
        ):
            await wire.hears(
                "marking_list", marking_list=[first.user_id, second.user_id, marked.user_id]
            )
            await wire.asks("prepare_to_mark", user_id=marked.user_id)
            await wire.asks("confirm_marking")
            await marked_wire.hears("was_marked")
            await wire.asks("prepare_to_mark", user_id=first.user_id)
            service.kill()
    with running(tmp_path, settings, migrate=False):
        async with marked.opens("mark_me", event_id) as again:
            await again.hears("was_marked", user_id=marker.user_id)
            assert await again.close_code() == 1000
        async with (
            second.opens("mark_me", event_id),
            first.opens("mark_me", event_id) as held,
            marker.opens("marking", event_id) as wire,
        ):
            await wire.hears("marking_list", marking_list=[first.user_id, second.user_id])
            await wire.hears("prepared", user_id=first.user_id)
            await wire.hears_nothing()
            assert (await wire.asks("confirm_marking"))["message"] == "marked"
            await held.hears("was_marked", user_id=marker.user_id)
            assert marker.karma() == 100


async def test_of_a_killed_service_who_does_not_come_back_leaves(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    settings["ATTENDANCE_GRACE_SECONDS"] = str(LEASE_SECONDS)
    with running(tmp_path, settings) as service:
        away, held, marker, other = sign_up_people(service, 4)
        event_id = create_event(other)
        async with (
            away.opens("mark_me", event_id),
            held.opens("mark_me", event_id),
            marker.opens("marking", event_id) as wire,
        ):
            await wire.hears("marking_list")
            await wire.asks("prepare_to_mark", user_id=held.user_id)
            service.kill()
    with running(tmp_path, settings, migrate=False):
        started_at = time.monotonic()  # the grace of whoever could not come back begins anew
        async with held.opens("mark_me", event_id), other.opens("marking", event_id) as wire:
            await wire.hears("marking_list", marking_list=[away.user_id])
            within = started_at + LEASE_SECONDS + 5 - time.monotonic()
            await eventually(lambda: away.state(event_id, other) == "joined", within)
            await eventually(lambda: held.state(event_id, other) == "waiting", within)
            heard = {(await wire.heard())["message"] for _ in range(2)}
            assert heard == {"user_left", "user_joined"}
            assert wire.listed == [held.user_id]


async def test_a_service_that_stops_closes_1012_and_keeps_every_place(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    settings = {**settings, "ATTENDANCE_GRACE_SECONDS": "15"}  # it says goodbye for some seconds
    with running(tmp_path, settings) as service:
        first, second, marker = sign_up_people(service, 3)
        event_id = create_event(marker)
        async with (
            first.opens("mark_me", event_id) as one,
            second.opens("mark_me", event_id) as two,
            marker.opens("marking", event_id) as wire,
        ):
            await wire.hears("marking_list")
            await wire.asks("prepare_to_mark", user_id=second.user_id)
            service.process.send_signal(signal.SIGTERM)
            for closed in (one, two, wire):
                assert await closed.close_code() == 1012
        assert service.process.wait(15) == 0
    with running(tmp_path, settings, migrate=False):
        async with (
            second.opens("mark_me", event_id),
            first.opens("mark_me", event_id),
            marker.opens("marking", event_id) as wire,
        ):
            await wire.hears("marking_list", marking_list=[first.user_id, second.user_id])
            await wire.hears("prepared", user_id=second.user_id)


async def test_a_service_that_stops_tells_of_every_mark_it_stores(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    with running(tmp_path, settings) as service:
        *askers, marker = sign_up_people(service, 4)
        event_id = create_event(marker)
        async with marker.opens("marking", event_id) as wire:
            await wire.hears("marking_list")
            for asker in askers:
                async with asker.opens("mark_me", event_id):
                    await wire.hears("user_joined")
                    await wire.asks("prepare_to_mark", user_id=asker.user_id)
                    if asker is askers[-1]:
                        await wire.says("confirm_marking")  # it may be read in time, or not
                        service.process.send_signal(signal.SIGTERM)
                        break
                    await wire.asks("confirm_marking")
            told_count = len(askers) - 1
            try:
                while True:
                    told_count += (await wire.heard())["message"] == "marked"
            except Ended as ended:
                assert ended.code == 1012
        assert service.process.wait(15) == 0
    with running(tmp_path, settings, migrate=False):
        assert marker.karma() == 50 * told_count


@pytest.mark.parametrize("point", ["after_commit", "before_reply"])
async def test_a_mark_survives_a_death_right_after_it(
    tmp_path: Path, settings: dict[str, str], point: str
) -> None:
    armed = [COMMAND[0], str(dying_service.PROGRAM), point]
    with running(tmp_path, settings, command=armed) as service:
        asker, marker = sign_up_people(service, 2)
        event_id = create_event(marker)
        async with (
            asker.opens("mark_me", event_id) as waiting,
            marker.opens("marking", event_id) as wire,
        ):
            await wire.hears("marking_list")
            await wire.asks("prepare_to_mark", user_id=asker.user_id)
            await wire.says("confirm_marking", user_id=asker.user_id)
            for closed in (wire, waiting):
                assert await closed.close_code() == 1006  # nobody was told anything
        assert service.process.wait(15) == -signal.SIGKILL
    with running(tmp_path, settings, migrate=False):
        async with asker.opens("mark_me", event_id) as again:
            await again.hears("was_marked", user_id=marker.user_id)
        async with marker.opens("marking", event_id) as wire:
            await wire.hears("marking_list", marking_list=[])
            frame = await wire.asks("confirm_marking", user_id=asker.user_id)
            assert frame["message"] == "marked"
        assert marker.karma() == 50
        assert asker.state(event_id, marker) == "marked"


async def test_a_service_that_stalled_past_its_lease_starts_over_and_empties_no_list(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    settings["ATTENDANCE_GRACE_SECONDS"] = str(GRACE_SECONDS)
    with running(tmp_path, settings) as service:
        asker, marker = sign_up_people(service, 2)
        event_id = create_event(marker)
        async with (
            asker.opens("mark_me", event_id) as waiting,
            marker.opens("marking", event_id) as wire,
        ):
            await wire.hears("marking_list")
            os.kill(service.process.pid, signal.SIGSTOP)
            await asyncio.sleep(STALL_SECONDS)
            os.kill(service.process.pid, signal.SIGCONT)
            for closed in (waiting, wire):
                assert await closed.close_code() == 1012
        async with asker.opens("mark_me", event_id), marker.opens("marking", event_id) as wire:
            await wire.hears("marking_list", marking_list=[asker.user_id])
            await asyncio.sleep(SWEEP_SECONDS)
            await wire.hears_nothing()
