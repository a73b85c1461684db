"""What a call takes of a body, and how much of it. Contract: 1.5."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from attendance_web.http.call import MAX_BODY_BYTES, MAX_UPLOAD_BODY_BYTES
from tests.support.site import Browser, Site, anna, refusal, response
from tests.support.site import site_in_folder as site

__all__ = ["anna", "site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
INFO = "/api/profile/UpdateProfileInfo"


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
        person = await site.add_person("halfway")
        token = await person.csrf_token()
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
