"""From which page somebody asks."""

from __future__ import annotations

import pytest

from attendance_web.wire.origins import origin_is_foreign

ALLOWED = frozenset({"https://school.example"})


def headers_from(host: str | None, *origins: str) -> list[tuple[bytes, bytes]]:
    named = [] if host is None else [(b"host", host.encode())]
    return [*named, *((b"origin", origin.encode()) for origin in origins)]


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("attendance.test", "http://attendance.test"),
        ("attendance.test", "https://attendance.test"),
        ("attendance.test:443", "https://attendance.test"),
        ("attendance.test", "http://attendance.test:80"),
        ("Attendance.TEST", "http://attendance.test"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("attendance.test", "https://school.example"),
        ("attendance.test", "HTTPS://School.Example"),
    ],
)
def test_our_own_page_and_the_allowed_ones_may_ask(host: str, origin: str) -> None:
    """Contract: 1.14."""
    assert not origin_is_foreign(headers_from(host, origin), ALLOWED, secure=False)


def test_a_program_sends_none() -> None:
    assert not origin_is_foreign(headers_from("attendance.test"), ALLOWED, secure=False)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://evil.example",
        "http://attendance.test.evil.example",
        "http://evil-attendance.test",
        "http://sub.attendance.test",
        "http://attendance.test:8000",
        "https://attendance.test:80",
        "http://attendance.test@evil.example",
        "http://attendance.test:80@evil.example",
        "http://attendance.test/path",
        "http://attendanceXtest",
        "http://school.example",
        "https://school.example.evil.example",
        "https://schoolXexample",
        "http://attendance.test:port",
        "http://[::1",
        "attendance.test",
        "file://",
        "file://attendance.test",
        "ws://attendance.test",
        "chrome-extension://attendance.test",
    ],
)
def test_every_other_page_is_foreign(origin: str) -> None:
    assert origin_is_foreign(headers_from("attendance.test", origin), ALLOWED, secure=False)


def test_two_origins_are_foreign() -> None:
    ours = "http://attendance.test"
    assert origin_is_foreign(headers_from("attendance.test", ours, ours), ALLOWED, secure=False)


def test_without_a_host_every_page_is_foreign() -> None:
    headers = headers_from(None, "http://attendance.test")
    assert origin_is_foreign(headers, ALLOWED, secure=False)


@pytest.mark.parametrize("origin", ["http://attendance.test", "http://attendance.test:443"])
def test_a_page_that_came_by_http_is_foreign_on_https(origin: str) -> None:
    """Contract: 6.17."""
    headers = headers_from("attendance.test", origin)
    assert origin_is_foreign(headers, ALLOWED, secure=True)
    assert not origin_is_foreign(
        headers_from("attendance.test", "https://attendance.test"), ALLOWED, secure=True
    )


@pytest.mark.parametrize(
    ("site", "is_foreign"),
    [("cross-site", True), ("same-origin", False), ("same-site", False), ("none", False)],
)
def test_a_browser_s_word_that_it_is_another_site_counts(site: str, is_foreign: bool) -> None:
    said = (b"sec-fetch-site", site.encode())
    for headers in (
        headers_from("attendance.test"),
        headers_from("attendance.test", "http://attendance.test"),
    ):
        found = origin_is_foreign([*headers, said], ALLOWED, secure=False)
        assert found is is_foreign
    headers = [*headers_from("attendance.test", "https://school.example"), said]
    assert not origin_is_foreign(headers, ALLOWED, secure=False)
