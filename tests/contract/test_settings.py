"""Settings: what the environment may say, and where a secret is read from."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import ClassVar

import pytest

from attendance_web.setting_values import WrongSetting
from attendance_web.settings import READERS, Settings, settings_from, unknown_variables

SECRET = "hunter2"


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

    def test_a_claim_alone_is_refused(self) -> None:
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
