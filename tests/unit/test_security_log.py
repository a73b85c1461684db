"""What looks like an attack is seen, tells nobody's name, and fills no disk."""

from __future__ import annotations

import asyncio
import re

import pytest

from attendance_core.errors import MissingArgument, Refusal, TooManyRequests
from attendance_web.wire.refusals import CsrfFailed, ForeignOrigin, OtherPerson
from attendance_web.wire.security_log import SecurityLog

ADDRESS = "203.0.113.7"


class Seconds:
    """A clock that is set."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def log(clock: Seconds) -> SecurityLog:
    return SecurityLog(clock)


class TestWhatIsSaid:
    @pytest.mark.parametrize(
        ("refusal", "code"),
        [
            (CsrfFailed(), "csrf_failed"),
            (OtherPerson(), "other_person"),
            (TooManyRequests(seconds=1), "too_many_requests"),
        ],
    )
    def test_a_refusal_that_an_attack_meets_is_a_line(
        self, log: SecurityLog, caplog: pytest.LogCaptureFixture, refusal: Refusal, code: str
    ) -> None:
        log.refused(refusal, [], ADDRESS)
        (record,) = caplog.records
        assert (record.name, record.levelname) == ("attendance.security", "WARNING")
        assert re.fullmatch(rf"{code} address=[0-9a-f]{{12}}", record.getMessage())

    def test_any_other_is_none(self, log: SecurityLog, caplog: pytest.LogCaptureFixture) -> None:
        log.refused(MissingArgument(field="name"), [], ADDRESS)
        assert caplog.messages == []

    def test_a_foreign_origin_is_named_with_the_setting_that_allows_it(
        self, log: SecurityLog, caplog: pytest.LogCaptureFixture
    ) -> None:
        headers = [(b"origin", b"https://a.example"), (b"host", b"b.example")]
        log.refused(ForeignOrigin(), headers, ADDRESS)
        (line,) = caplog.messages
        assert "origin=https://a.example host=b.example" in line
        assert "ATTENDANCE_ALLOWED_ORIGINS" in line

    def test_what_somebody_else_wrote_is_cut(
        self, log: SecurityLog, caplog: pytest.LogCaptureFixture
    ) -> None:
        log.refused(ForeignOrigin(), [(b"origin", b"x" * 8000)], ADDRESS)
        assert len(caplog.messages[0]) < 400 and "host=none" in caplog.messages[0]

    def test_names_and_addresses_are_digests_that_can_be_compared(
        self, log: SecurityLog, clock: Seconds, caplog: pytest.LogCaptureFixture
    ) -> None:
        for account in ("anna", "anna", "boris"):
            log.note("failed_log_in", account=account, address=ADDRESS)
            clock.at += 2
        first, second, third = caplog.messages
        assert first == second and first != third
        assert "anna" not in caplog.text and ADDRESS not in caplog.text
        assert SecurityLog().digest("anna") != log.digest("anna")


class TestFloods:
    def test_of_one_second_one_line_comes_and_the_next_counts_the_rest(
        self, log: SecurityLog, clock: Seconds, caplog: pytest.LogCaptureFixture
    ) -> None:
        for _ in range(1000):
            log.note("csrf_failed")
        log.note("other_person")
        assert len(caplog.messages) == 2
        clock.at += 1
        log.note("csrf_failed")
        assert caplog.messages[-1] == "csrf_failed (1000 times within a second)"

    async def test_the_rest_is_told_also_where_nothing_follows(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr("attendance_web.wire.security_log.WINDOW", 0.05)
        log = SecurityLog()
        for number in range(5):
            log.note("csrf_failed", address=str(number))
        last = log.digest("4")
        async with asyncio.timeout(30):
            while log._windows:
                await asyncio.sleep(0.005)
        first, rest = caplog.messages
        assert "times" not in first
        assert rest == f"csrf_failed address={last} (4 times within a second)"
