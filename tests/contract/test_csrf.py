"""Calls that change something come from our own page. Contract: 1.7 and 2.6."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Any

import pytest

from attendance_web.routes import CALLS
from tests.support.site import ORIGIN, PASSWORD, Browser, Site, anna, refusal, response
from tests.support.site import site_in_memory as site

__all__ = ["anna", "site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
FILE_ORIGIN = ORIGIN.replace("http:", "file:")
POSTS = [call.path for call in CALLS if call.method == "POST"]
GETS = [call.path for call in CALLS if call.method == "GET"]


async def careless_post(browser: Browser, path: str, **headers: str) -> Any:
    """Sends a POST as a page of another site, or a careless program, would."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await browser.client.post(path, headers=named, json={})


class TestTheCookie:
    @pytest.mark.parametrize("path", ["/api/events/GetEvents", "/health/live", "/schema"])
    async def test_a_first_successful_get_sets_one_that_scripts_can_read(
        self, site: Site, path: str
    ) -> None:
        answer = await site.browser().get(path)
        cookie = SimpleCookie(answer.headers["set-cookie"])["csrftoken"]
        assert len(cookie.value) >= 43 and cookie["path"] == "/"
        assert cookie["samesite"] == "Lax"
        assert not cookie["httponly"] and not cookie["max-age"]

    async def test_it_is_set_once_and_differs_from_browser_to_browser(self, site: Site) -> None:
        browser = site.browser()
        token = await browser.csrf_token()
        answer = await browser.get("/api/events/GetEvents")
        assert "set-cookie" not in answer.headers
        assert await site.browser().csrf_token() != token

    async def test_a_refused_get_sets_none(self, site: Site) -> None:
        for path in ("/api/friends/GetFriendList", "/api/nothing", "/accounts/login/"):
            assert "set-cookie" not in (await site.browser().get(path)).headers


class TestTheCheck:
    @pytest.mark.parametrize("path", POSTS)
    async def test_every_call_that_changes_something_asks_for_it(
        self, site: Site, anna: Browser, path: str
    ) -> None:
        for browser in (anna, site.browser()):
            refusal(await careless_post(browser, path), 8, status=403)
            refusal(await careless_post(browser, path, X_CSRFToken="wrong"), 8, status=403)

    @pytest.mark.parametrize("path", GETS)
    async def test_no_call_that_reads_asks_for_it(self, anna: Browser, path: str) -> None:
        assert (await anna.get(path)).status_code == 200

    async def test_it_goes_before_log_in_and_log_in_before_arguments(self, site: Site) -> None:
        browser = site.browser()
        path = "/api/friends/SendFriendRequest"
        refusal(await browser.client.post(path, content=b"\xff"), 8, status=403)
        refusal(await browser.send(path, content=b"\xff"), 7, status=401)
        logged_in = await site.add_person("order")
        refusal(await logged_in.send(path, content=b"\xff"), 4)
        refusal(await logged_in.post(path), 2)

    async def test_a_foreign_page_is_refused_though_it_knows_the_token(self, anna: Browser) -> None:
        for origin in ("https://evil.example", "null", f"{ORIGIN}.evil.example", FILE_ORIGIN):
            answer = await anna.send("/accounts/logout/", headers={"Origin": origin})
            refusal(answer, 8, status=403)
        assert response(await anna.get("/api/auth/GetCurrentUserId"))["user_id"] == anna.user_id

    async def test_a_neighbour_s_cookie_beside_ours_locks_nobody_out(self, anna: Browser) -> None:
        """Contract: 1.7."""
        ours = await anna.csrf_token()
        for first, second in (("theirs", ours), (ours, "theirs")):
            kept = f"csrftoken={first}; csrftoken={second}; sessionid={anna.session}"
            headers = {"Cookie": kept, "X-CSRFToken": ours}
            answer = await anna.client.post("/api/events/LeaveEvent", headers=headers, json={})
            refusal(answer, 2)
        headers["X-CSRFToken"] = "other"
        answer = await anna.client.post("/api/events/LeaveEvent", headers=headers, json={})
        refusal(answer, 8, status=403)

    async def test_what_a_browser_says_of_another_site_is_believed(self, anna: Browser) -> None:
        for origin in ({}, {"Origin": ORIGIN}):
            headers = {"Sec-Fetch-Site": "cross-site", **origin}
            answer = await anna.send("/accounts/logout/", headers=headers)
            refusal(answer, 8, status=403)

    async def test_our_own_page_is_let_in(self, anna: Browser) -> None:
        answer = await anna.send("/api/events/LeaveEvent", headers={"Origin": ORIGIN}, json={})
        refusal(answer, 2)

    async def test_pages_of_other_sites_are_let_read_nothing(self, anna: Browser) -> None:
        """Contract: 1.14."""
        for origin in ("https://evil.example", ORIGIN):
            for method in ("GET", "OPTIONS"):
                answer = await anna.client.request(
                    method, "/api/events/GetEvents", headers={"Origin": origin}
                )
                assert not [each for each in answer.headers if each.startswith("access-control")]

    async def test_a_bearer_token_needs_none(self, site: Site) -> None:
        program = site.browser(headers={"Authorization": "Bearer unknown"})
        refusal(await careless_post(program, "/api/events/JoinEvent"), 7, status=401)

    async def test_a_form_of_another_site_logs_nobody_in(self, site: Site, anna: Browser) -> None:
        given = {"username": anna.username, "password": PASSWORD}
        browser = site.browser()
        answer = await browser.client.post(
            "/accounts/login/", data=given, headers={"Origin": "https://evil.example"}
        )
        refusal(answer, 8, status=403)
        assert browser.session is None
