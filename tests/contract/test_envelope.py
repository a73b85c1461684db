"""Every answer on /api/ and /accounts/ is the envelope, whatever its status. Contract: 1.3."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any, cast
from uuid import uuid4

import pytest

from attendance_core.errors import Unavailable
from attendance_core.version import __version__
from attendance_web.http.call import MAX_BODY_BYTES, MAX_UPLOAD_BODY_BYTES
from attendance_web.page_files import FILES
from attendance_web.routes import CALLS
from tests.support.site import Browser, Site, anna, envelope, refusal, response
from tests.support.site import site_in_folder as site

__all__ = ["anna", "site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
EVERYWHERE = (
    "/",
    "/sw.js",
    "/app.webmanifest",
    "/schema",
    "/health/live",
    "/pictures/default.svg",
    "/api/events/GetEvents",
)
INFO = "/api/profile/UpdateProfileInfo"


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
        await browser.token()
        got, asked = await browser.get(path), await browser.client.head(path)
        assert asked.content == b"" and got.content
        assert asked.status_code == got.status_code
        assert without_time(asked.headers) == without_time(got.headers)

    async def test_what_has_another_method_says_both(self, site: Site) -> None:
        for path in ("/health/live", "/schema", "/api/events/GetEvents"):
            answer = await site.browser().client.put(path)
            assert answer.headers["allow"] == "GET, HEAD"


def without_time(headers: Any) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "x-attendance-time"}


class TestHeaders:
    @pytest.mark.parametrize(
        "path",
        [*EVERYWHERE, "/api/nothing", "/accounts/login/", "/api/friends/GetFriendList"],
    )
    async def test_every_answer_tells_the_time_and_the_version(self, site: Site, path: str) -> None:
        """Contract: 1.9."""
        before = time.time()
        headers = (await site.browser().get(path)).headers
        assert re.fullmatch(r"[0-9]{10}\.[0-9]{3}", headers["x-attendance-time"])
        assert abs(float(headers["x-attendance-time"]) - before) < 60
        address = next(each for each in FILES if each.endswith("/app.js"))
        assert headers["x-attendance-version"] == f"{__version__}+{address.split('/')[2]}"

    @pytest.mark.parametrize("path", [*EVERYWHERE, "/api/nothing"])
    async def test_no_other_page_may_use_what_is_answered(self, site: Site, path: str) -> None:
        headers = (await site.browser().get(path)).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert headers["cross-origin-opener-policy"] == "same-origin"
        whose = "cross-origin" if path.startswith("/pictures/") else "same-origin"
        assert headers["cross-origin-resource-policy"] == whose
        assert "camera=()" in headers["permissions-policy"]

    @pytest.mark.parametrize("path", EVERYWHERE)
    async def test_what_sets_a_cookie_is_for_one_person(self, site: Site, path: str) -> None:
        headers = (await site.browser().get(path)).headers
        kept = headers["cache-control"]
        assert ("set-cookie" in headers) is ("private" in kept or "no-store" in kept)
        assert ("public" in kept) is ("set-cookie" not in headers)

    @pytest.mark.parametrize(
        "path", ["/api/events/GetEvents", "/api/nothing", "/accounts/login/", "/schema"]
    )
    async def test_nothing_is_guessed_or_told_to_others(self, site: Site, path: str) -> None:
        headers = (await site.browser().get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "server" not in headers
        if path != "/schema":
            assert headers["cache-control"] == "no-store"


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


class TestBodies:
    async def test_sixty_four_kibibytes_are_taken_and_no_more(self, anna: Browser) -> None:
        def body(size: int) -> dict[str, Any]:
            start, end = b'{"bio":"a","padding":"', b'"}'
            content = start + b"x" * (size - len(start) - len(end)) + end
            return {"content": content, "headers": {"Content-Type": "application/json"}}

        assert response(await anna.send(INFO, **body(MAX_BODY_BYTES))) == {}
        refusal(await anna.send(INFO, **body(MAX_BODY_BYTES + 1)), 8, status=413)

    async def test_a_length_is_believed_before_anything_is_read(self, site: Site) -> None:
        browser = site.browser()
        for length in (str(MAX_BODY_BYTES + 1), "9" * 18):
            headers = {"Content-Length": length}
            answer = await browser.client.post(INFO, content=b"", headers=headers)
            refusal(answer, 8, status=413)

    async def test_what_is_sent_without_a_length_is_counted(self, anna: Browser) -> None:
        async def endless() -> AsyncIterator[bytes]:
            while True:
                yield b"x" * 10_000

        async def one_too_many() -> AsyncIterator[bytes]:
            yield b'{"bio":"a"}'
            yield b" " * (MAX_BODY_BYTES - 10)

        async def short() -> AsyncIterator[bytes]:
            yield b'{"bio":'
            yield b'"in pieces"}'

        headers = {"Content-Type": "application/json"}
        refusal(await anna.send(INFO, content=endless(), headers=headers), 8, status=413)
        refusal(await anna.send(INFO, content=one_too_many(), headers=headers), 8, status=413)
        assert response(await anna.send(INFO, content=short(), headers=headers)) == {}

    async def test_a_picture_may_be_larger_but_not_endless(self, anna: Browser) -> None:
        headers = {"Content-Length": str(MAX_UPLOAD_BODY_BYTES + 1)}
        for name in ("UpdateProfilePicture", "UploadProfileConfirmation"):
            answer = await anna.send(f"/api/profile/{name}", content=b"", headers=headers)
            refusal(answer, 8, status=413)

    async def test_a_get_has_none_whatever_it_sends(self, anna: Browser) -> None:
        for content_type in ("application/json", "text/plain", "multipart/form-data", "%"):
            answer = await anna.client.request(
                "GET",
                "/api/auth/GetCurrentUserId",
                content=b"\xff{",
                headers={"Content-Type": content_type, "X-CSRFToken": "whatever"},
            )
            assert response(answer) == {"user_id": anna.user_id}

    async def test_arguments_of_a_post_are_not_taken_from_the_query(self, anna: Browser) -> None:
        refusal(await anna.send(f"{INFO}?bio=a"), 2)

    async def test_a_client_that_goes_away_halfway_has_changed_nothing(self, site: Site) -> None:
        person = await site.person("halfway")
        token = await person.token()
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": INFO,
            "raw_path": INFO.encode(),
            "query_string": b"",
            "root_path": "",
            "client": ("127.0.0.1", 1),
            "server": ("attendance.test", 80),
            "headers": [
                (b"host", b"attendance.test"),
                (b"content-type", b"application/json"),
                (b"x-csrftoken", token.encode()),
                (b"cookie", f"sessionid={person.session}; csrftoken={token}".encode()),
            ],
        }
        messages: Iterator[dict[str, Any]] = iter(
            [
                {"type": "http.request", "body": b'{"bio":"half"}', "more_body": True},
                {"type": "http.disconnect"},
            ]
        )
        sent = []

        async def receive() -> Any:
            return next(messages)

        async def send(message: Any) -> None:
            sent.append(message)

        await site.app(scope, receive, send)
        assert sent[0]["status"] == 200 and b'"error":1' in sent[1]["body"]
        profile = await person.get("/api/profile/GetProfile", user_id=person.user_id)
        assert response(profile)["bio"] == ""


class TestOurFault:
    async def broken(self, site: Site, error: Exception) -> Any:
        async def fails(**_: Any) -> Any:
            raise error

        web = site.app.services
        try:
            use_cases: Any = replace(web.use_cases, get_event_by_id=cast(Any, fails))
            site.app.services = replace(web, use_cases=use_cases)
            return await site.browser().get("/api/events/GetEventByID", event_id=uuid4())
        finally:
            site.app.services = web

    async def test_it_tells_nothing_of_the_inside_and_the_log_does(
        self, site: Site, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Contract: 1.2."""
        caplog.set_level(logging.ERROR)
        answer = await self.broken(site, RuntimeError("SELECT secret FROM inside"))
        assert refusal(answer, -1, status=500) == "Something went wrong on our side"
        assert "Traceback" in caplog.text and "SELECT secret" in caplog.text

    async def test_a_store_that_is_away_says_when_to_come_back(self, site: Site) -> None:
        answer = await self.broken(site, Unavailable())
        refusal(answer, -1, status=503)
        assert answer.headers["retry-after"] == "1"
