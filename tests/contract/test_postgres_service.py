"""The whole service over PostgreSQL: every sort of call, sockets, and two processes in turn."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.support.people import create_event, sign_up_people
from tests.support.service_process import free_port, running

pytestmark = pytest.mark.long


@pytest.fixture
def settings(postgres_url: URL) -> dict[str, str]:
    address = postgres_url.set(drivername="postgres").render_as_string(hide_password=False)
    return {"ATTENDANCE_DATABASE_URL": address, "ATTENDANCE_PORT": str(free_port())}


async def test_people_are_marked_and_a_killed_service_loses_nothing(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    with running(tmp_path, settings) as service:
        marked, waiting, marker = sign_up_people(service, 3)
        event_id = create_event(marker)
        (found,) = marker.browser.get("/api/events/GetEvents")
        assert found["event_id"] == event_id
        async with (
            marked.opens("mark_me", event_id) as wire_of_marked,
            waiting.opens("mark_me", event_id),
            marker.opens("marking", event_id) as wire,
        ):
            await wire.hears("marking_list", marking_list=[marked.user_id, waiting.user_id])
            await wire.asks("prepare_to_mark", user_id=marked.user_id)
            assert (await wire.asks("confirm_marking"))["message"] == "marked"
            await wire_of_marked.hears("was_marked", user_id=marker.user_id)
            await wire.asks("prepare_to_mark", user_id=waiting.user_id)
            service.kill()
    assert not list(tmp_path.rglob("*.db"))
    with running(tmp_path, settings, migrate=False):
        assert marker.karma() == 50
        assert waiting.state(event_id, marker) == "held"
        async with marked.opens("mark_me", event_id) as again:
            await again.hears("was_marked", user_id=marker.user_id)
        async with marker.opens("marking", event_id) as wire:
            await wire.hears("marking_list", marking_list=[waiting.user_id])
            await wire.hears("prepared", user_id=waiting.user_id)
