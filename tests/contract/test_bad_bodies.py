"""No body ends in our fault: it is taken, or refused. Contract: 1.13."""

from __future__ import annotations

import pytest

from attendance_web.http.call import Call
from tests.support.bad_input import POSTS, error_number, named, nothing_counted_and_a_moderator
from tests.support.pictures import picture
from tests.support.site import PASSWORD, Browser, Site, anna, as_escaped_json, response
from tests.support.site import site_in_folder as site

__all__ = ["anna", "nothing_counted_and_a_moderator", "site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
MULTIPART = "multipart/form-data; boundary=x"
BROKEN_BODIES: list[tuple[str, bytes]] = [
    ("application/json", b"nonsense"),
    ("application/json", b"[]"),
    ("application/json", b"null"),
    ("application/json", b'"text"'),
    ("application/json", b"{"),
    ("application/json", b"\xff\xfe"),
    ("application/json", b"\xef\xbb\xbf"),
    ("application/json", "{}".encode("utf-16")),
    ("application/json", b'{"a":NaN}'),
    ("application/json", b'{"a":' + b"1" * 5000 + b"}"),
    ("application/json", b'{"a":' + b"[" * 100 + b"]" * 100 + b"}"),
    ("application/json", b"[" * 15_000),
    ("application/json", b'{"a":1,"a":1}'),
    ("application/json", b'{"a":"\\ud800'),
    ("application/json; charset=utf-7", b"{}"),
    ("application/x-www-form-urlencoded", b"a=1&a=1"),
    ("application/x-www-form-urlencoded", b"&".join(b"f%d" % n for n in range(500))),
    ("multipart/form-data", b"--x--\r\n"),
    (MULTIPART, b"nonsense"),
    (MULTIPART, b"--x\r\n\r\n\r\n--x--\r\n"),
    (MULTIPART, b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n"),
    (MULTIPART, b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\na"),
    ("text/plain", b"{}"),
    ("", b"{}"),
    ("\xff", b"{}"),
]
# Read before anybody asks whose call it is: each is asked one of a kind, and these everything
ONE_OF_EACH_KIND = [BROKEN_BODIES[0], BROKEN_BODIES[15], BROKEN_BODIES[18], BROKEN_BODIES[22]]
ASKED_EVERY_ONE = {"LogIn", "CreateEvent", "UpdateProfilePicture", "DownloadData"}


class TestBodies:
    @pytest.mark.parametrize("call", POSTS, ids=named)
    async def test_every_broken_body_is_refused(self, anna: Browser, call: Call) -> None:
        for content_type, body in (
            BROKEN_BODIES if call.name in ASKED_EVERY_ONE else ONE_OF_EACH_KIND
        ):
            sent = {"Content-Type": content_type.encode("latin-1")}
            answer = await anna.send(call.path, content=body, headers=sent)
            error = error_number(answer)
            assert error in {1, 2, 4}, (content_type, body[:40], answer.text)

    async def test_a_repeated_parameter_is_refused_by_its_name(self, anna: Browser) -> None:
        answer = await anna.client.get("/api/profile/GetProfile?user_id=1&user_id=1")
        assert error_number(answer) == 1 and "user_id" in answer.json()["error_msg"]

    @pytest.mark.parametrize(
        "query", ["name=%FF", "name=%ED%A0%80aaa", "%FF=1&name=%00%00%00", "name=%"]
    )
    async def test_a_query_that_is_no_text_is_refused(self, anna: Browser, query: str) -> None:
        answer = await anna.client.get(f"/api/events/GetEvents?{query}")
        assert error_number(answer) == 1 and "name" in answer.json()["error_msg"]

    async def test_unknown_fields_are_ignored(self, anna: Browser) -> None:
        """Contract: 1.5."""
        given = {"bio": "kept", "user_id": 999, "karma": [1e308, None, {"deep": [[]]}], "\x00": ""}
        assert (
            response(await anna.send("/api/profile/UpdateProfileInfo", **as_escaped_json(given)))
            == {}
        )

    async def test_files_in_odd_parts(self, anna: Browser) -> None:
        path = "/api/profile/UpdateProfilePicture"
        file = ("a.png", picture(), "image/png")
        for files in (
            [("image", file), ("image", file), ("name", (None, "a.png"))],
            [("image", file), ("name", file)],
            [("image", ("a.png", b"", "image/png")), ("name", (None, "a.png"))],
            [("image", ("", b"", "application/octet-stream")), ("name", (None, ""))],
            [("image", (None, "text", "text/plain; charset=klingon")), ("name", (None, "a"))],
            [*((f"f{n}", (None, "a")) for n in range(300)), ("image", file)],
        ):
            assert error_number(await anna.send(path, files=files)) in {1, 2, 4}

    async def test_a_password_is_never_told(self, site: Site) -> None:
        given = {"username": "a b", "password": PASSWORD}
        answer = await site.browser().post("/accounts/signup/", **given)
        assert error_number(answer) == 1 and PASSWORD not in answer.text
