"""What looks like an attack is seen, tells nobody's name, and fills no disk."""

from __future__ import annotations

import re

import pytest

from attendance_core.errors import MissingArgument, Refusal, TooManyRequests
from attendance_web.wire.origins import ORIGINS_SETTING
from attendance_web.wire.refusals import CsrfFailed, ForeignOrigin, OtherPerson
from attendance_web.wire.security_log import SecurityLog

ADDRESS = "203.0.113.7"


@pytest.fixture
def log() -> SecurityLog:
    return SecurityLog()


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
        log.note_refusal(refusal, [], ADDRESS)
        (record,) = caplog.records
        assert (record.name, record.levelname) == ("attendance.security", "WARNING")
        assert re.fullmatch(rf"{code} address=[0-9a-f]{{12}}", record.getMessage())

    def test_any_other_is_none(self, log: SecurityLog, caplog: pytest.LogCaptureFixture) -> None:
        log.note_refusal(MissingArgument(field="name"), [], ADDRESS)
        assert caplog.messages == []

    def test_a_foreign_origin_is_named_with_the_setting_that_allows_it(
        self, log: SecurityLog, caplog: pytest.LogCaptureFixture
    ) -> None:
        headers = [(b"origin", b"https://a.example"), (b"host", b"b.example")]
        log.note_refusal(ForeignOrigin(named_in=ORIGINS_SETTING), headers, ADDRESS)
        (line,) = caplog.messages
        assert "origin=https://a.example host=b.example" in line
        assert "ATTENDANCE_ALLOWED_ORIGINS" in line

    def test_what_somebody_else_wrote_is_cut(
        self, log: SecurityLog, caplog: pytest.LogCaptureFixture
    ) -> None:
        log.note_refusal(
            ForeignOrigin(named_in=ORIGINS_SETTING), [(b"origin", b"x" * 8000)], ADDRESS
        )
        assert len(caplog.messages[0]) < 400 and "host=none" in caplog.messages[0]

    def test_names_and_addresses_are_digests_that_can_be_compared(
        self, log: SecurityLog, caplog: pytest.LogCaptureFixture
    ) -> None:
        for account in ("anna", "anna", "boris"):
            log.note("failed_log_in", account=account, address=ADDRESS)
        first, second, third = caplog.messages
        assert first == second and first != third
        assert "anna" not in caplog.text and ADDRESS not in caplog.text
        assert SecurityLog().digest("anna") != log.digest("anna")

    def test_each_says_of_which_kind_it_is_so_that_a_flood_is_counted(
        self, log: SecurityLog, caplog: pytest.LogCaptureFixture
    ) -> None:
        for address in ("203.0.113.7", "203.0.113.8"):
            log.note("failed_log_in", address=address)
        assert len(set(caplog.messages)) == 2
        assert [getattr(each, "kind", None) for each in caplog.records] == ["failed_log_in"] * 2
