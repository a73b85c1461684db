"""A page that was left open never acts for whoever logged in beside it. Contract: 1.8."""

from __future__ import annotations

import httpx
import pytest

from attendance_web.http.call import Call
from attendance_web.routes import CALLS
from tests.support.site import PASSWORD, Browser, Site, anna, envelope, refusal, response
from tests.support.site import site_in_memory as site

__all__ = ["anna", "site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
PASSED_OVER = ("GetCurrentUserId", "LogIn", "SignUp", "UseRecoveryCode", "ResetPassword")
HEEDED = [call for call in CALLS if call.name not in PASSED_OVER]
WHO_AM_I = "/api/auth/GetCurrentUserId"


async def make(browser: Browser, call: Call, whose: object) -> httpx.Response:
    headers = {"X-Attendance-User": str(whose)}
    if call.method == "GET":
        return await browser.client.get(call.path, headers=headers)
    return await browser.send(call.path, headers=headers, json={})


def code(answer: httpx.Response) -> object:
    return envelope(answer).get("code")


@pytest.mark.parametrize("call", HEEDED, ids=lambda call: call.name)
class TestEveryCall:
    async def test_is_refused_to_a_session_of_somebody_else(
        self, site: Site, anna: Browser, call: Call
    ) -> None:
        for browser in (anna, await site.add_program(anna)):
            answer = await make(browser, call, anna.user_id + 1)
            refusal(answer, 3)
            assert code(answer) == "other_person"
        assert response(await anna.get(WHO_AM_I))["user_id"] == anna.user_id

    async def test_is_refused_where_it_names_nobody(self, anna: Browser, call: Call) -> None:
        for whose in ("x", "", "0", "1, 2"):
            assert "X-Attendance-User" in refusal(await make(anna, call, whose), 1)

    async def test_is_refused_to_the_anonymous(self, site: Site, anna: Browser, call: Call) -> None:
        refusal(await make(site.browser(), call, anna.user_id), 7, status=401)


class TestOneself:
    async def test_one_may_go_on(self, site: Site, anna: Browser) -> None:
        headers = {"X-Attendance-User": str(anna.user_id)}
        given = {"json": {"bio": "mine"}, "headers": headers}
        assert response(await anna.send("/api/profile/UpdateProfileInfo", **given)) == {}
        leaving = await site.add_person("leaving")
        headers = {"X-Attendance-User": str(leaving.user_id)}
        assert response(await leaving.send("/accounts/logout/", headers=headers)) == {}

    async def test_who_logs_in_or_asks_who_they_are_is_not_held_up(
        self, site: Site, anna: Browser
    ) -> None:
        for browser in (anna, site.browser()):
            headers = {"X-Attendance-User": "999999"}
            assert response(await browser.client.get(WHO_AM_I, headers=headers)) is not None
        browser = site.browser()
        given = {"username": anna.username, "password": PASSWORD}
        answer = await browser.send("/accounts/login/", headers=headers, json=given)
        assert response(answer) == {"user_id": anna.user_id}
        given = {"username": "somebody.else", "password": PASSWORD}
        answer = await browser.send("/accounts/signup/", headers=headers, json=given)
        assert response(answer)["user_id"] != anna.user_id
