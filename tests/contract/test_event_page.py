"""What leads to an event: its short address, and that as a QR code. Contract: 8.10."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any, NamedTuple, cast

import httpx
import pytest

from attendance_core.errors import Unavailable
from attendance_core.events import CODE_LETTERS
from attendance_web import qr_codes
from attendance_web.event_page import IMAGE_ADDRESS, SITE_NAME
from attendance_web.main import create_app
from attendance_web.page import content_policy
from attendance_web.page_files import FILES
from attendance_web.settings import Settings
from tests.support.site import ORIGIN, Browser, Site, refusal, response
from tests.support.site import site_in_memory as site

__all__ = ["site"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
NAMES = (
    "Матан",
    "</title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onclick='alert(1)",
    "{{base}} {{modules}} {{version}} {name} %s &amp; &#60; \\1 $&",
    "<!-- ]]> --!> \u00a0 \u200e א العربية 🎓",
    "<" * 128,
)


class Head(HTMLParser):
    """What a page says of itself, and what it would run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.title = ""
        self.said: dict[str, str] = {}
        self.scripts: list[str] = []
        self._in = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in = tag
        given = {name: value or "" for name, value in attrs}
        assert not any(name.startswith("on") for name in given)
        assert tag in {
            *("html", "head", "meta", "title", "link", "script", "body", "main", "p", "noscript")
        }
        name = given.get("property") or given.get("name")
        if tag == "meta" and name:
            self.said.setdefault(name, given["content"])
        if tag == "script":
            self.scripts.append(given["src"])

    def handle_data(self, data: str) -> None:
        if self._in == "title":
            self.title += data
        assert self._in != "script" or not data.strip()

    def handle_endtag(self, tag: str) -> None:
        self._in = ""


async def code_of(browser: Browser, event_id: str) -> str:
    event = response(await browser.get("/api/events/GetEventByID", event_id=event_id))
    code: str = event["code"]
    return code


class EventAddress(NamedTuple):
    """An event's id, and its short address."""

    event_id: str
    address: str


async def new_event(site: Site, **more: Any) -> EventAddress:
    """Has somebody create one."""
    person = await site.add_person()
    event_id = await person.create_event(**more)
    return EventAddress(event_id, f"/e/{await code_of(person, event_id)}")


def with_settings(site: Site, **given: Any) -> Site:
    return replace(site, app=create_app(site.attendance, Settings(**given)))


def check_is_the_pages_404(answer: httpx.Response) -> None:
    assert answer.status_code == 404, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == content_policy(
        "attendance.test", secure=False
    )
    assert answer.headers["cache-control"] == "private, no-cache"
    head = Head(answer.text)
    assert (head.title, head.said["event"]) == (SITE_NAME, "")
    assert not any(name.startswith("og:") for name in head.said)


class TestPage:
    @pytest.mark.parametrize("name", NAMES)
    async def test_it_is_the_page_with_the_name_of_the_event(self, site: Site, name: str) -> None:
        person = await site.add_person()
        given = {"name": name, "time_from": 1, "time_to": 2_000_000_000}
        made = response(await person.post("/api/events/CreateEvent", **given))
        answer = await site.browser().get(f"/e/{made['code']}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["content-security-policy"] == content_policy(
            "attendance.test", secure=False
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        head = Head(answer.text)
        usual = Head(FILES["/"].content.decode())
        assert head.title == head.said["og:title"] == name
        assert head.said == {
            **usual.said,
            "og:title": name,
            "og:type": "website",
            "og:site_name": SITE_NAME,
            "og:url": f"{ORIGIN}/e/{made['code']}",
            "og:image": f"{ORIGIN}{IMAGE_ADDRESS}",
            "event": made["event_id"],
        }
        assert head.scripts == usual.scripts
        assert (await site.browser().get(IMAGE_ADDRESS)).headers["content-type"] == "image/png"
        await person.post("/api/events/DeleteEvent", event_id=made["event_id"])
        check_is_the_pages_404(await site.browser().get(f"/e/{made['code']}"))

    async def test_either_case_will_do_and_so_will_what_a_browser_makes_of_it(
        self, site: Site
    ) -> None:
        event_id, address = await new_event(site)
        escaped = "/e/" + "".join(f"%{ord(letter):02x}" for letter in address[3:])
        behind = [
            f"{address}{each}" for each in ("/", "?utm=x#y", ".", ")", "%20", "%C2%BB,", "/.")
        ]
        for path in (address, address.lower(), escaped, *behind):
            answer = await site.browser().get(path)
            head = Head(answer.text)
            assert head.said["event"] == event_id
            assert head.said["og:url"] == ORIGIN + address

    @pytest.mark.parametrize(
        "path",
        [
            "",
            "/",
            "/222222",
            f"/{CODE_LETTERS}",
            "/" + "K" * 8000,
            "/index.html",
            "/api/events/GetEvents",
            "/%00",
            "/K7M2X%00",
            "/K7M2X%0a",
            "/%ff%fe",
            "/%ed%a0%80",
            "/%D0%9A7%D0%9C2%D0%A5%D0%A0",  # Cyrillic
            "/k7m2%c5%bfp",  # a long s
            "/%e2%84%aa7M2XP",  # the sign of Kelvin
            "/..%2f..%2fetc%2fpasswd",
            "/%2e%2e/%2e%2e/etc",
            "/%252e",
            "/<script>alert(1)</script>",
            "/%3Cscript%3E",
            "/K7M2XP/more",
            "/27b6b8cf-a568-43d3-b5a6-6e374444b2ed",
        ],
    )
    async def test_whatever_is_no_code_is_the_pages_own_404(self, site: Site, path: str) -> None:
        """Contract: 1.13."""
        check_is_the_pages_404(await site.browser().get(f"/e{path}"))

    async def test_what_only_begins_like_it_is_none(self, site: Site) -> None:
        for path in ("/events", "/ee/222222", "/E/222222"):
            refusal(await site.browser().get(path), 8, status=404)
        refusal(await site.browser().post("/e/222222"), 8, status=405)

    async def test_head_answers_as_get_does(self, site: Site) -> None:
        """Contract: 1.6."""
        _, address = await new_event(site)
        browser = site.browser()
        for path, status in ((address, 200), ("/e/222222", 404)):
            by_get, by_head = await browser.get(path), await browser.client.head(path)
            assert (by_head.status_code, by_head.content) == (status, b"")
            for name in ("content-type", "content-security-policy", "etag", "cache-control"):
                assert by_head.headers[name] == by_get.headers[name]

    async def test_it_is_asked_for_anew_and_comes_when_it_has_changed(self, site: Site) -> None:
        _, address = await new_event(site)
        browser = site.browser()
        first = await browser.get(address)
        assert first.headers["cache-control"] == "private, no-cache"
        assert first.headers["vary"] == "Accept-Encoding"
        tag = first.headers["etag"]
        again = await browser.client.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert "og:" not in again.text
        _, other = await new_event(site)
        assert (await browser.get(other)).headers["etag"] != tag
        unknown = await browser.get("/e/222222")
        headers = {"If-None-Match": unknown.headers["etag"]}
        check_is_the_pages_404(await browser.client.get("/e/222222", headers=headers))

    async def test_it_gives_the_token_that_calls_need_and_asks_for_no_log_in(
        self, site: Site
    ) -> None:
        _, address = await new_event(site)
        assert "csrftoken" in (await site.browser().get(address)).headers["set-cookie"]

    async def test_while_the_store_does_not_answer_it_is_the_page_without_an_event(
        self, site: Site
    ) -> None:
        async def fails(**_: Any) -> None:
            raise Unavailable

        usual = site.app.services
        use_cases = replace(usual.use_cases, get_event_by_code=cast(Any, fails))
        try:
            site.app.services = replace(usual, use_cases=use_cases)
            answer = await site.browser().get("/e/222222")
        finally:
            site.app.services = usual
        assert answer.status_code == 503
        assert answer.content == FILES["/"].content
        assert "event" not in Head(answer.text).said


class TestAddresses:
    """Absolute, since others follow them."""

    async def test_an_operator_says_what_they_begin_with(self, site: Site) -> None:
        _, address = await new_event(site)
        public = with_settings(site, public_url="https://attendance.example")
        head = Head((await public.browser().get(address)).text)
        assert head.said["og:url"] == f"https://attendance.example{address}"
        assert head.said["og:image"] == f"https://attendance.example{IMAGE_ADDRESS}"

    async def test_else_they_are_where_it_was_asked_for(self, site: Site) -> None:
        _, address = await new_event(site)
        browser = site.browser(base_url="https://other.test:8443")
        head = Head((await browser.get(address)).text)
        assert head.said["og:url"] == f"https://other.test:8443{address}"

    @pytest.mark.parametrize("host", ["", "a" * 300])
    async def test_a_host_that_is_none_is_named_by_nobody(self, site: Site, host: str) -> None:
        event_id, address = await new_event(site)
        answer = await site.browser().client.get(address, headers={"Host": host})
        head = Head(answer.text)
        assert head.said["event"] == event_id
        assert "og:url" not in head.said and "og:image" not in head.said

    @pytest.mark.parametrize("host", ["a.test/evil", 'a"><script>', "a.test evil"])
    async def test_a_host_that_can_be_none_is_refused(self, site: Site, host: str) -> None:
        _, address = await new_event(site)
        answer = await site.browser().client.get(address, headers={"Host": host})
        refusal(answer, 8, status=400)


class TestQrCode:
    async def test_it_is_a_picture_to_be_scanned(self, site: Site) -> None:
        person = await site.add_person()
        event_id = await person.create_event()
        answer = await site.browser().get(f"/events/{event_id.upper()}/qr.svg")
        assert answer.headers["content-type"] == "image/svg+xml"
        assert answer.text.startswith("<svg ") and "xmlns" in answer.text
        policy_of_picture = answer.headers["content-security-policy"]
        assert {"frame-ancestors 'none'", "sandbox"} <= {*policy_of_picture.split("; ")}
        other = await site.browser().get(f"/events/{await person.create_event()}/qr.svg")
        assert other.text != answer.text

    async def test_it_is_drawn_once_for_everybody(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: 1.11."""
        drawn: list[str] = []

        def draw(address: str) -> bytes:
            drawn.append(address)
            return b"<svg />"

        monkeypatch.setattr(qr_codes, "draw_qr_code", draw)
        person = await site.add_person()
        event_id = await person.create_event()
        code = await code_of(person, event_id)
        for _ in range(3):
            answer = await site.browser().get(f"/events/{event_id}/qr.svg")
            assert answer.content == b"<svg />"
            await person.post("/api/events/DeleteEvent", event_id=event_id)  # nobody looks again
        assert drawn == [f"{ORIGIN}/e/{code}"]

    @pytest.mark.parametrize(
        "event_id", ["27b6b8cf-a568-43d3-b5a6-6e374444b2ed", "nonsense", "%00"]
    )
    async def test_there_is_none_of_what_is_no_event(
        self, site: Site, monkeypatch: pytest.MonkeyPatch, event_id: str
    ) -> None:
        monkeypatch.setattr(qr_codes, "draw_qr_code", None)
        refusal(await site.browser().get(f"/events/{event_id}/qr.svg"), 8, status=404)
