"""Every answer on /api/ and /accounts/ is the envelope, whatever its status. Contract: 1.3."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any, cast
from uuid import uuid4

import pytest

from attendance_core.errors import Unavailable
from attendance_web.routes import CALLS
from tests.support.site import Browser, Site, anna, envelope, refusal
from tests.support.site import site_in_folder as site

__all__ = ["anna", "site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestPathsAndMethods:
    @pytest.mark.parametrize(
        "path",
        [
            "/api/",
            "/api/nothing",
            "/accounts/",
            "/accounts/datum/",
            "/api/events/getevents",
            "/api/events/GetEvents/more",
            "/api/%00",
            "/api/%ff",
            "/api/%2e%2e/schema/none",
            "/api/" + "x" * 5000,
        ],
    )
    async def test_an_unknown_path(self, anna: Browser, path: str) -> None:
        for method in ("GET", "POST", "HEAD", "OPTIONS", "TRACE", "DELETE"):
            answer = await anna.client.request(method, path)
            assert answer.status_code == 404
            assert method == "HEAD" or envelope(answer)["error"] == 8

    @pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
    async def test_every_other_method_is_told_the_right_one(self, anna: Browser, call: Any) -> None:
        """Contract: 1.14, for OPTIONS."""
        for method in ("GET", "POST", "HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "ODD"):
            allowed = "GET, HEAD" if call.method == "GET" else call.method
            if method not in allowed.split(", "):
                answer = await anna.client.request(method, call.path)
                assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
                assert method == "HEAD" or envelope(answer)["error"] == 8

    async def test_a_malformed_host(self, site: Site) -> None:
        answer = await site.browser().client.get("/api/events/GetEvents", headers={"Host": "a b@c"})
        refusal(answer, 8, status=400)


class TestHead:
    """Contract: 1.6."""

    @pytest.mark.parametrize(
        "path",
        [
            "/",
            "/sw.js",
            "/health/live",
            "/health/ready",
            "/schema",
            "/pictures/default.svg",
            "/api/events/GetEvents",
            "/api/friends/GetFriendList",
            "/api/events/GetEventByID",
            "/api/nothing",
            "/accounts/login/",
        ],
    )
    async def test_it_answers_as_get_does_without_the_body(self, site: Site, path: str) -> None:
        browser = site.browser()
        await browser.csrf_token()
        by_get, by_head = await browser.get(path), await browser.client.head(path)
        assert by_head.content == b"" and by_get.content
        assert by_head.status_code == by_get.status_code
        assert without_time(by_head.headers) == without_time(by_get.headers)

    async def test_what_has_another_method_says_both(self, site: Site) -> None:
        for path in ("/health/live", "/schema", "/api/events/GetEvents"):
            answer = await site.browser().client.put(path)
            assert answer.headers["allow"] == "GET, HEAD"


def without_time(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "x-attendance-time"}


class TestLanguage:
    """Contract: 1.4."""

    @pytest.mark.parametrize(
        ("accepted", "text"),
        [
            (None, "Не указан аргумент «event_id»"),
            ("ru-RU,ru;q=0.9,en;q=0.8", "Не указан аргумент «event_id»"),
            ("en-US,en;q=0.9", "The argument «event_id» is missing"),
            ("fr", "Не указан аргумент «event_id»"),
        ],
    )
    async def test_refusals_are_in_the_reader_s(
        self, site: Site, accepted: str | None, text: str
    ) -> None:
        headers = {} if accepted is None else {"Accept-Language": accepted}
        browser = site.browser(headers=headers)
        assert refusal(await browser.get("/api/events/GetEventByID"), 2) == text

    @pytest.mark.parametrize(
        "path", ["/api/nothing", "/accounts/login/", "/api/friends/GetFriendList"]
    )
    async def test_those_before_a_call_too(self, site: Site, path: str) -> None:
        told = {
            language: envelope(await site.browser(headers={"Accept-Language": language}).get(path))
            for language in ("ru", "en")
        }
        assert told["ru"]["error"] == told["en"]["error"]
        assert told["en"]["error_msg"].isascii() and not told["ru"]["error_msg"].isascii()


class TestOurFault:
    async def call_that_raises(self, site: Site, error: Exception) -> Any:
        async def fails(**_: Any) -> Any:
            raise error

        services = site.app.services
        try:
            use_cases: Any = replace(services.use_cases, get_event_by_id=cast(Any, fails))
            site.app.services = replace(services, use_cases=use_cases)
            return await site.browser().get("/api/events/GetEventByID", event_id=uuid4())
        finally:
            site.app.services = services

    async def test_it_tells_nothing_of_the_inside_and_the_log_does(
        self, site: Site, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Contract: 1.2."""
        caplog.set_level(logging.ERROR)
        answer = await self.call_that_raises(site, RuntimeError("SELECT secret FROM inside"))
        assert refusal(answer, -1, status=500) == "Something went wrong on our side"
        assert "Traceback" in caplog.text and "SELECT secret" in caplog.text

    async def test_a_store_that_is_away_says_when_to_come_back(self, site: Site) -> None:
        answer = await self.call_that_raises(site, Unavailable())
        refusal(answer, -1, status=503)
        assert answer.headers["retry-after"] == "1"
