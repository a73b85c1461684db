"""From which page somebody asks, and what they show."""

from __future__ import annotations

import pytest

from attendance_core.accounts import Credential
from attendance_web.wire.credentials import Credentials, credentials_from, origin_is_foreign
from attendance_web.wire.headers import cookie

ALLOWED = frozenset({"https://school.example"})


def asking(host: str | None, *origins: str) -> list[tuple[bytes, bytes]]:
    named = [] if host is None else [(b"host", host.encode())]
    return [*named, *((b"origin", origin.encode()) for origin in origins)]


class TestOrigin:
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
    def test_our_own_page_and_the_allowed_ones_may_ask(self, host: str, origin: str) -> None:
        """Contract: 1.14."""
        assert not origin_is_foreign(asking(host, origin), ALLOWED)

    def test_a_program_sends_none(self) -> None:
        assert not origin_is_foreign(asking("attendance.test"), ALLOWED)

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
        ],
    )
    def test_every_other_page_is_foreign(self, origin: str) -> None:
        assert origin_is_foreign(asking("attendance.test", origin), ALLOWED)

    def test_two_origins_are_foreign(self) -> None:
        ours = "http://attendance.test"
        assert origin_is_foreign(asking("attendance.test", ours, ours), ALLOWED)

    def test_without_a_host_every_page_is_foreign(self) -> None:
        assert origin_is_foreign(asking(None, "http://attendance.test"), ALLOWED)


class TestCredentials:
    def test_a_bearer_token_goes_before_a_cookie(self) -> None:
        headers = [(b"authorization", b"Bearer  abc "), (b"cookie", b"sessionid=xyz")]
        assert credentials_from(headers) == Credentials("abc", Credential.BEARER)
        assert credentials_from(headers[1:]) == Credentials("xyz", Credential.COOKIE)

    def test_who_shows_nothing_is_anonymous(self) -> None:
        assert credentials_from([]) is None
        assert (
            credentials_from([(b"cookie", b"sessionid="), (b"authorization", b"Basic abc")]) is None
        )

    def test_the_first_of_two_cookies_of_one_name_counts(self) -> None:
        headers = [(b"cookie", b'other=1; sessionid=a; sessionid=b; quoted="q"; bare')]
        assert cookie(headers, "sessionid") == "a"
        assert cookie(headers, "quoted") == "q"
        assert cookie(headers, "bare") is None
