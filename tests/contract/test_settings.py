"""Settings: what the environment may say, and the one line that each wrong value gets."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import ClassVar

import pytest

from attendance_web.setting_values import WrongSetting
from attendance_web.settings import (
    READERS,
    Settings,
    settings_from,
    unknown_variables,
)

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


class TestWhatIsSet:
    def test_nothing_has_to_be(self) -> None:
        settings = settings_from({})
        assert settings == Settings()
        assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 1)
        assert settings.data_dir == Path.cwd() / "var"
        assert settings.database_url == f"sqlite:///{Path.cwd()}/var/attendance.db"
        assert settings.files_url == f"file://{Path.cwd()}/var/files"
        assert settings.notifier_url == "memory://"
        assert settings.allowed_origins == frozenset()
        assert settings.public_url == ""
        assert (settings.hold_seconds, settings.grace_seconds) == (90, 15)
        assert (settings.karma_per_mark, settings.log_format) == (50, "console")
        assert settings.keep_alive_seconds == 75

    def test_everything_can_be(self) -> None:
        settings = settings_from(
            {
                "ATTENDANCE_HOST": "0.0.0.0",
                "ATTENDANCE_PORT": "8080",
                "ATTENDANCE_WORKERS": "1",
                "ATTENDANCE_DATA_DIR": "/srv/attendance",
                "ATTENDANCE_DATABASE_URL": "sqlite:////srv/db/a.db",
                "ATTENDANCE_NOTIFIER_URL": "memory://",
                "ATTENDANCE_FILES_URL": "file:///srv/files",
                "ATTENDANCE_ALLOWED_ORIGINS": "https://Example.org:443, http://localhost:3000,",
                "ATTENDANCE_PUBLIC_URL": "https://Attendance.example:443/",
                "ATTENDANCE_OIDC_ISSUER": "https://university.example/realms/all",
                "ATTENDANCE_OIDC_CLIENT_ID": "attendance",
                "ATTENDANCE_OIDC_CLIENT_SECRET": "secret/+",
                "ATTENDANCE_OIDC_NAME": "СПбГУ",
                "ATTENDANCE_OIDC_CONFIRMED_CLAIM": "student",
                "ATTENDANCE_HOLD_SECONDS": "1.5",
                "ATTENDANCE_GRACE_SECONDS": "2",
                "ATTENDANCE_KARMA_PER_MARK": "7",
                "ATTENDANCE_KARMA_PAIR_A_MONTH": "2",
                "ATTENDANCE_KARMA_UNCHECKED_A_MONTH": "0",
                "ATTENDANCE_KEEP_ALIVE_SECONDS": "90",
                "ATTENDANCE_LOG_FORMAT": "json",
                "ATTENDANCE_METRICS_HOST": "10.0.0.1",
                "ATTENDANCE_METRICS_PORT": "9100",
            }
        )
        assert settings == Settings(
            host="0.0.0.0",
            port=8080,
            workers=1,
            data_dir=Path("/srv/attendance"),
            database_url="sqlite:////srv/db/a.db",
            notifier_url="memory://",
            files_url="file:///srv/files",
            allowed_origins=frozenset({"https://example.org", "http://localhost:3000"}),
            public_url="https://attendance.example",
            oidc_issuer="https://university.example/realms/all",
            oidc_client_id="attendance",
            oidc_client_secret="secret/+",
            oidc_name="СПбГУ",
            oidc_confirmed_claim="student",
            hold_seconds=1.5,
            grace_seconds=2,
            karma_per_mark=7,
            karma_pair_a_month=2,
            karma_unchecked_a_month=0,
            keep_alive_seconds=90,
            log_format="json",
            metrics_host="10.0.0.1",
            metrics_port=9100,
        )

    @pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
    def test_a_postgresql_database_is_named_by_any_of_its_schemes(self, scheme: str) -> None:
        url = f"{scheme}://me:{SECRET}@db:5433/it?sslmode=require"
        assert settings_from({"ATTENDANCE_DATABASE_URL": url}).database_url == url

    def test_a_variable_for_each_setting_and_none_besides(self) -> None:
        assert list(READERS) == [each.name for each in fields(Settings)]

    def test_an_empty_variable_counts_as_none(self) -> None:
        assert settings_from({"ATTENDANCE_PORT": "", "ATTENDANCE_DATA_DIR": " "}) == Settings()

    def test_a_relative_data_directory_is_below_the_present_one(self) -> None:
        settings = settings_from({"ATTENDANCE_DATA_DIR": "data"})
        assert settings.database_url == f"sqlite:///{Path.cwd()}/data/attendance.db"


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


class TestLogInByTheUniversity:
    """Contract: 9.5."""

    WHOLE: ClassVar = {
        "ATTENDANCE_OIDC_ISSUER": "https://university.example",
        "ATTENDANCE_OIDC_CLIENT_ID": "attendance",
        "ATTENDANCE_OIDC_CLIENT_SECRET": SECRET,
        "ATTENDANCE_OIDC_NAME": "СПбГУ",
        "ATTENDANCE_PUBLIC_URL": "https://attendance.example",
    }

    @pytest.mark.parametrize("missing", WHOLE)
    def test_it_is_set_as_a_whole(self, missing: str) -> None:
        given = {name: value for name, value in self.WHOLE.items() if name != missing}
        with pytest.raises(WrongSetting, match=f"needs {missing}, too") as caught:
            settings_from(given)
        assert SECRET not in str(caught.value)

    def test_a_claim_alone_does_nothing(self) -> None:
        with pytest.raises(WrongSetting, match="OIDC_CONFIRMED_CLAIM needs ATTENDANCE_OIDC_ISSUER"):
            settings_from({"ATTENDANCE_OIDC_CONFIRMED_CLAIM": "student"})

    def test_nobody_needs_it(self) -> None:
        given = {"ATTENDANCE_PUBLIC_URL": "https://attendance.example"}
        assert settings_from(given).oidc_issuer == ""

    def test_its_secret_is_read_from_a_file_and_never_shown(self, tmp_path: Path) -> None:
        file = tmp_path / "secret"
        file.write_text(f"{SECRET}\n")
        given = {**self.WHOLE, "ATTENDANCE_OIDC_CLIENT_SECRET_FILE": str(file)}
        del given["ATTENDANCE_OIDC_CLIENT_SECRET"]
        settings = settings_from(given)
        assert settings.oidc_client_secret == SECRET and SECRET not in repr(settings)

    def test_an_issuer_is_kept_as_it_says_itself(self) -> None:
        for issuer in ("https://a.example/", "https://A.example", "http://127.0.0.1:8080/x"):
            given = {**self.WHOLE, "ATTENDANCE_OIDC_ISSUER": issuer}
            assert settings_from(given).oidc_issuer == issuer


class TestWorkers:
    POSTGRES: ClassVar = {"ATTENDANCE_DATABASE_URL": "postgresql://db/it"}
    SEVERAL: ClassVar = {**POSTGRES, "ATTENDANCE_WORKERS": "4"}

    def test_several_need_a_notifier_that_reaches_them_all(self) -> None:
        with pytest.raises(WrongSetting, match="ATTENDANCE_NOTIFIER_URL must name a server"):
            settings_from(self.SEVERAL)

    @pytest.mark.parametrize(
        "url",
        ["redis://cache", "rediss://:p@cache:6380/1", "valkey://cache", "postgresql://db/it"],
    )
    def test_with_one_they_are_served(self, url: str) -> None:
        settings = settings_from({**self.SEVERAL, "ATTENDANCE_NOTIFIER_URL": url})
        assert (settings.workers, settings.notifier_url) == (4, url)

    def test_one_by_itself_needs_none_with_postgresql_either(self) -> None:
        assert settings_from(self.POSTGRES).notifier_url == "memory://"


class TestSecretsInFiles:
    def test_a_url_is_read_from_the_file_that_is_named(self, tmp_path: Path) -> None:
        file = tmp_path / "url"
        file.write_text("sqlite:////srv/secret.db\n")
        settings = settings_from({"ATTENDANCE_DATABASE_URL_FILE": str(file)})
        assert settings.database_url == "sqlite:////srv/secret.db"

    @pytest.mark.parametrize("name", ["DATABASE_URL", "NOTIFIER_URL", "FILES_URL"])
    def test_both_ways_at_once_are_refused(self, name: str, tmp_path: Path) -> None:
        variable = f"ATTENDANCE_{name}"
        with pytest.raises(WrongSetting, match=f"{variable} and {variable}_FILE are both set"):
            settings_from({variable: "memory://", f"{variable}_FILE": str(tmp_path)})

    def test_a_file_that_is_not_there_is_named_by_its_variable(self, tmp_path: Path) -> None:
        with pytest.raises(WrongSetting, match=r"ATTENDANCE_FILES_URL_FILE .* No such file"):
            settings_from({"ATTENDANCE_FILES_URL_FILE": str(tmp_path / "none")})

    def test_a_file_that_is_no_text_is_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "url"
        file.write_bytes(b"\xff\xfe")
        with pytest.raises(WrongSetting, match=r"ATTENDANCE_FILES_URL_FILE .* not UTF-8"):
            settings_from({"ATTENDANCE_FILES_URL_FILE": str(file)})

    def test_a_wrong_url_from_a_file_is_not_printed_either(self, tmp_path: Path) -> None:
        file = tmp_path / "url"
        file.write_text(f"mysql://me:{SECRET}@db/x")
        with pytest.raises(WrongSetting) as caught:
            settings_from({"ATTENDANCE_DATABASE_URL_FILE": str(file)})
        assert SECRET not in str(caught.value)

    def test_no_url_is_part_of_a_repr(self) -> None:
        settings = Settings(database_url=SECRET, notifier_url=SECRET, files_url=SECRET)
        assert SECRET not in repr(settings)


class TestUnknownVariables:
    def test_one_that_looks_like_ours_is_told_with_what_was_meant(self) -> None:
        lines = unknown_variables({"ATTENDANCE_PROT": "8000", "PATH": "/bin"})
        assert lines == [
            "ATTENDANCE_PROT is not a setting and does nothing; is it ATTENDANCE_PORT?"
        ]

    def test_there_is_no_secret_key_since_nothing_is_signed(self) -> None:
        assert unknown_variables({"ATTENDANCE_SECRET_KEY": SECRET}) == [
            "ATTENDANCE_SECRET_KEY is not a setting and does nothing"
        ]

    def test_ours_are_known(self) -> None:
        ours = {f"ATTENDANCE_{name.upper()}": "" for name in READERS}
        files = {f"ATTENDANCE_{name}_URL_FILE": "" for name in ("DATABASE", "NOTIFIER", "FILES")}
        assert unknown_variables({**ours, **files}) == []
