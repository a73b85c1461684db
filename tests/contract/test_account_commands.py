"""What an operator does for somebody who is locked out, beside a service that runs. Contract: 9.1.

Contract: POST /accounts/reset/, 6.9.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.support.command_line import attendance_here
from tests.support.http_browser import HttpBrowser
from tests.support.people import Person, create_event, sign_up_people
from tests.support.service_process import Service, attendance, service

__all__ = ["service"]
NEW_PASSWORD = "battery staple horse"
PUT_IN_FRONT = (
    "attendance: put in front of it where people reach the page, like https://example.org, "
    "or set ATTENDANCE_PUBLIC_URL\n"
)


def username_of(person: Person) -> str:
    """Reads it from their display name, which it is, too."""
    profile = person.browser.get("/api/profile/GetProfile", user_id=person.user_id)
    return str(profile["display_name"])


def run(
    service: Service, *arguments: str, settings: Mapping[str, str] | None = None
) -> CompletedProcess[str]:
    return attendance_here(*arguments, folder=service.folder, settings=settings)


class TestReset:
    def test_it_prints_the_path_of_a_link_and_what_to_put_in_front(self, service: Service) -> None:
        (anna,) = sign_up_people(service, 1)
        done = run(service, "accounts", "reset", username_of(anna).upper())
        assert (done.returncode, done.stderr) == (0, PUT_IN_FRONT)
        found = re.fullmatch(r"/#/reset/([0-9a-f]{64})\n", done.stdout)
        assert found is not None
        new_browser = HttpBrowser(service.url, "en")
        new_browser.get("/api/auth/GetCurrentUserId")
        logged_in = new_browser.post("/accounts/reset/", token=found[1], new_password=NEW_PASSWORD)
        assert logged_in == {"user_id": anna.user_id}
        assert new_browser.get("/api/auth/GetCurrentUserId") == logged_in
        assert anna.browser.get("/api/auth/GetCurrentUserId") == {"user_id": None}

    def test_it_prints_the_whole_link_where_the_service_has_an_address(
        self, service: Service
    ) -> None:
        (anna,) = sign_up_people(service, 1)
        settings = {"ATTENDANCE_PUBLIC_URL": "https://example.org/"}
        done = run(service, "accounts", "reset", username_of(anna), settings=settings)
        assert (done.returncode, done.stderr) == (0, "")
        assert re.fullmatch(r"https://example\.org/#/reset/[0-9a-f]{64}\n", done.stdout)

    @pytest.mark.parametrize("command", [("accounts", "reset"), ("sessions", "end")])
    def test_nobody_of_this_name_is_one_line(
        self, service: Service, command: tuple[str, str]
    ) -> None:
        done = run(service, *command, "nobody")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == "attendance: There is no such person\n"

    def test_it_needs_no_service(self, tmp_path: Path) -> None:
        assert attendance("migrate", folder=tmp_path).returncode == 0
        done = attendance("accounts", "reset", "nobody", folder=tmp_path)
        assert (done.returncode, done.stderr) == (1, "attendance: There is no such person\n")


class TestSessionsEnd:
    async def test_all_end_with_the_sockets_that_the_service_has(self, service: Service) -> None:
        anna, boris = await asyncio.to_thread(sign_up_people, service, 2)
        event_id = await asyncio.to_thread(create_event, boris)
        name = await asyncio.to_thread(username_of, anna)
        phone = HttpBrowser(service.url, "en")
        await asyncio.to_thread(phone.get, "/api/auth/GetCurrentUserId")
        given = {"username": name, "password": "correct horse battery"}
        await asyncio.to_thread(lambda: phone.post("/accounts/login/", **given))
        async with (
            anna.opens("mark_me", event_id) as waiting,
            Person(phone, anna.user_id).opens("mark_me", event_id) as waiting_too,
            boris.opens("marking", event_id) as marking,
        ):
            await marking.hears("marking_list", marking_list=[anna.user_id])
            done = await asyncio.to_thread(run, service, "sessions", "end", name.upper())
            assert (done.returncode, done.stderr) == (0, "")
            assert done.stdout == f"{name.upper()} is logged out everywhere\n"
            await marking.hears("user_left", user_id=anna.user_id)
            assert await waiting.turns_away() == ("not_logged_in", 4401)
            assert await waiting_too.turns_away() == ("not_logged_in", 4401)
        for browser in (anna.browser, phone):
            found = await asyncio.to_thread(browser.get, "/api/auth/GetCurrentUserId")
            assert found == {"user_id": None}
        await asyncio.to_thread(lambda: phone.post("/accounts/login/", **given))
