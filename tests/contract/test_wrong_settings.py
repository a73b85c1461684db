"""The one line that each wrong value of a setting gets."""

from __future__ import annotations

import pytest

from attendance_web.setting_values import WrongSetting
from attendance_web.settings import READERS, settings_from

SECRET = "hunter2"
WRONG = [
    ("HOST", "http://localhost", "must be an address or the name of a host"),
    ("HOST", "a b", "must be an address or the name of a host"),
    ("PORT", "abc", "must be a whole number from 0 to 65535, not 'abc'"),
    ("PORT", "65536", "must be a whole number from 0 to 65535"),
    ("PORT", "-1", "must be a whole number from 0 to 65535"),
    ("PORT", "80.5", "must be a whole number from 0 to 65535"),
    ("PORT", "８０", "must be a whole number from 0 to 65535"),
    ("PORT", "8" * 5000, "must be a whole number from 0 to 65535"),
    ("WORKERS", "0", "must be a whole number from 1 to 64"),
    ("WORKERS", "2", "must be 1: SQLite is written by one process"),
    ("DATABASE_URL", "attendance.db", "must be sqlite:/// and the path of a file"),
    ("DATABASE_URL", "sqlite://", "must be sqlite:/// and the path of a file"),
    ("DATABASE_URL", "sqlite:///:memory:", "must be sqlite:/// and the path of a file"),
    ("DATABASE_URL", "sqlite:///a.db?mode=ro", "must be sqlite:/// and the path of a file"),
    ("DATABASE_URL", f"mysql://me:{SECRET}@db/x", "must be sqlite:/// and the path of a file"),
    ("DATABASE_URL", f"postgresql://me:{SECRET}@db", "must end with the name of a database"),
    ("DATABASE_URL", f"postgres://me:{SECRET}@db/", "must end with the name of a database"),
    ("DATABASE_URL", f"postgresql+asyncpg://me:{SECRET}@db/?a", "must end with the name of a"),
    ("DATABASE_URL", f"postgresql+psycopg://me:{SECRET}@db/x", "must be sqlite:/// and the path"),
    ("NOTIFIER_URL", f"nats://:{SECRET}@cache", "must be memory://, redis://"),
    ("NOTIFIER_URL", "redis://", "must be memory://, redis://"),
    ("NOTIFIER_URL", f"redis:///{SECRET}", "must be memory://, redis://"),
    ("NOTIFIER_URL", "memory://here", "must be memory://, redis://"),
    ("FILES_URL", f"s3://key:{SECRET}@bucket", "must have no key in it"),
    ("FILES_URL", "s3://", "or s3://bucket/path"),
    ("FILES_URL", "gs://bucket", "or s3://bucket/path"),
    ("FILES_URL", "./files", "must be file:/// and the absolute path of a folder"),
    ("FILES_URL", "file://files", "must be file:/// and the absolute path of a folder"),
    ("ALLOWED_ORIGINS", "*", "must be whole origins"),
    ("ALLOWED_ORIGINS", "null", "must be whole origins"),
    ("ALLOWED_ORIGINS", "example.org", "must be whole origins"),
    ("ALLOWED_ORIGINS", "https://example.org/", "must be whole origins"),
    ("ALLOWED_ORIGINS", "https://a.example, https://", "must be whole origins"),
    ("ALLOWED_ORIGINS", "https://*.example.org", "must be whole origins"),
    ("ALLOWED_ORIGINS", "https://example.org:99999", "must be whole origins"),
    ("ALLOWED_ORIGINS", "ftp://example.org", "must be whole origins"),
    ("ALLOWED_ORIGINS", "https://me@example.org", "must be whole origins"),
    *(
        ("PUBLIC_URL", wrong, "must be an origin and no more, like https://example.org")
        for wrong in (
            "example.org",
            "https://example.org/attendance",
            "https://example.org?a",
            "https://example.org#a",
            "https://a.example,https://b.example",
            "ftp://example.org",
            'https://example.org"><script>',
            f"https://me:{SECRET}@example.org",
        )
    ),
    *(
        ("OIDC_ISSUER", wrong, "must be the https:// address of an issuer, without ? and #")
        for wrong in (
            "university.example",
            "http://university.example",  # whoever is on the way could be the university
            "https://university.example?a",
            "https://university.example#a",
            "https://university.example/с",
            "https://" + "a" * 250,
            "https://university.example:99999",
            f"https://me:{SECRET}@university.example",
            "javascript:alert(1)",
            "https://",
        )
    ),
    ("OIDC_CLIENT_ID", "caf\u00e9", "must be 1 to 1000 characters of ASCII"),
    ("OIDC_CLIENT_SECRET", f"{SECRET}\n{SECRET}", "must be 1 to 1000 characters of ASCII"),
    ("OIDC_NAME", "a" * 65, "must be a name of at most 64 characters"),
    ("OIDC_NAME", "a\nb", "must be a name of at most 64 characters"),
    ("OIDC_CONFIRMED_CLAIM", "студент", "must be 1 to 1000 characters of ASCII"),
    ("HOLD_SECONDS", "0", "must be a number of seconds from 1 to"),
    ("HOLD_SECONDS", "-5", "must be a number of seconds from 1 to"),
    ("HOLD_SECONDS", "nan", "must be a number of seconds from 1 to"),
    ("HOLD_SECONDS", "inf", "must be a number of seconds from 1 to"),
    ("HOLD_SECONDS", "90s", "must be a number of seconds from 1 to 86400, not '90s'"),
    ("GRACE_SECONDS", "soon", "must be a number of seconds from 1 to"),
    ("KARMA_PER_MARK", "-50", "must be a whole number from 0 to 1000000"),
    ("KARMA_PER_MARK", "fifty", "must be a whole number from 0 to 1000000"),
    ("KARMA_PAIR_A_MONTH", "-1", "must be a whole number from 0 to 1000000"),
    ("KARMA_UNCHECKED_A_MONTH", "all", "must be a whole number from 0 to 1000000"),
    ("KEEP_ALIVE_SECONDS", "0", "must be a whole number from 1 to 3600"),
    ("KEEP_ALIVE_SECONDS", "1.5", "must be a whole number from 1 to 3600, not '1.5'"),
    ("METRICS_HOST", "http://localhost", "must be an address or the name of a host"),
    ("METRICS_PORT", "0", "must be a whole number from 1 to 65471"),
    ("LOG_FORMAT", "xml", "must be console or json, not 'xml'"),
    ("LOG_FORMAT", "a\nb\x1b[31m", r"must be console or json, not 'a\nb\x1b[31m'"),
]


class TestWhatIsWrong:
    @pytest.mark.parametrize(("name", "value", "line"), WRONG)
    def test_gets_one_line_that_names_the_variable(self, name: str, value: str, line: str) -> None:
        with pytest.raises(WrongSetting) as caught:
            settings_from({f"ATTENDANCE_{name}": value})
        text = str(caught.value)
        assert text.startswith(f"ATTENDANCE_{name} ")
        assert line in text
        assert text.isprintable() and len(text) < 200
        assert SECRET not in text

    def test_every_setting_with_a_form_has_a_wrong_value_here(self) -> None:
        assert {name.lower() for name, _, _ in WRONG} == set(READERS) - {"data_dir"}
