"""An attack can be seen in the log: what was refused, and not only that it was answered."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest
from websockets.frames import Frame, Opcode

from attendance_web.serving.access_log import AccessLog, ignore_answer
from attendance_web.serving.logs import PlainLine
from attendance_web.wire import security_log
from tests.support.live_house import opened_house
from tests.support.site import Browser, Site, anna, refusal
from tests.support.site import site_in_memory as site

__all__ = ["anna", "site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


def said(caplog: pytest.LogCaptureFixture, kind: str) -> list[str]:
    named = (each for each in caplog.records if each.name == security_log.logger.name)
    return [line for each in named if (line := each.getMessage()).startswith(f"{kind} ")]


class TestSecurityLines:
    async def test_a_failed_log_in_is_one(
        self, site: Site, anna: Browser, caplog: pytest.LogCaptureFixture
    ) -> None:
        given = {"username": anna.username, "password": "wrong password"}
        refusal(await site.browser().post("/accounts/login/", **given), 3)
        (line,) = said(caplog, "failed_log_in")
        assert "account=" in line and "address=" in line
        assert anna.username not in caplog.text and "wrong password" not in caplog.text

    async def test_so_are_a_foreign_page_a_missing_token_and_another_person(
        self, anna: Browser, caplog: pytest.LogCaptureFixture
    ) -> None:
        headers = {"Origin": "https://evil.example"}
        refusal(await anna.send("/accounts/logout/", headers=headers), 8, status=403)
        refusal(await anna.client.post("/accounts/logout/"), 8, status=403)
        headers = {"X-Attendance-User": "999"}
        refusal(await anna.send("/accounts/logout/", headers=headers), 3)
        (line,) = said(caplog, "foreign_origin")
        assert "https://evil.example" in line and "ATTENDANCE_ALLOWED_ORIGINS" in line
        assert said(caplog, "csrf_failed") and said(caplog, "other_person")

    async def test_so_is_a_foreign_page_s_socket(self, caplog: pytest.LogCaptureFixture) -> None:
        async with opened_house(None) as house:
            wire = await house.opens("/ws/marking?event_id=x", Origin="https://evil.example")
            assert await wire.turns_away() == ("foreign_origin", 4403)
        (line,) = said(caplog, "foreign_origin")
        assert line.endswith("name the origin in ATTENDANCE_ALLOWED_ORIGINS")

    async def test_so_is_a_flood_of_frames(self, caplog: pytest.LogCaptureFixture) -> None:
        async with opened_house(None) as house:
            (creator,) = await house.add_people(1)
            wire = await creator.mark_me(await house.create_event(creator))
            flood = Frame(Opcode.PONG, b"").serialize(mask=True) * 200
            wire.connection.transport.write(flood)
            assert await wire.turns_away() == ("too_many_frames", 4429)
        (line,) = said(caplog, "too_many_frames")
        assert "address=" in line

    async def test_a_call_that_is_refused_otherwise_is_none(
        self, anna: Browser, caplog: pytest.LogCaptureFixture
    ) -> None:
        refusal(await anna.get("/api/events/GetEventByID"), 2)
        assert not [each for each in caplog.records if each.name == security_log.logger.name]


class TestAccessLines:
    async def test_a_line_has_the_code_of_the_refusal(
        self, site: Site, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, "attendance.access")
        app: Any = AccessLog(site.app, ignore_answer)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://a.test") as client:
            await client.get("/api/events/GetEvents")
            await client.head("/api/events/GetEventByID")
            token = client.cookies["csrftoken"]
            given = {"username": "nobody", "password": "wrong password"}
            headers = {"X-CSRFToken": token}
            await client.post("/accounts/login/", json=given, headers=headers)
        logged = [each.values for each in caplog.records if isinstance(each, PlainLine)]
        told = [(each["code"], each.get("refused")) for each in logged]
        assert told == [(200, None), (200, "missing_argument"), (200, "wrong_credentials")]
