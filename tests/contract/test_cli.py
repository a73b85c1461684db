"""The command line, as whoever runs the service meets it: one line for what is wrong."""

from __future__ import annotations

import re
import socket
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import attendance_here
from tests.support.service_process import attendance, bring_up_to_date

SECRET = "hunter2"


@pytest.fixture
def migrated(tmp_path: Path) -> Path:
    """A folder whose database is up to date."""
    bring_up_to_date(tmp_path, {})
    return tmp_path


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """Reads the one line it ended with."""
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("attendance: ")
    return lines[0]


class TestHelp:
    def test_names_every_command(self, tmp_path: Path) -> None:
        done = attendance_here("--help", folder=tmp_path)
        assert done.returncode == 0
        for command in (
            *("serve", "migrate", "recount-karma", "export", "demo", "audit"),
            *("accounts", "sessions", "scans", "moderators"),
        ):
            assert re.search(rf"\b{command}\b", done.stdout)

    def test_version_is_that_of_the_package(self, tmp_path: Path) -> None:
        assert re.fullmatch(
            r"\d+\.\d+\.\d+\n", attendance_here("--version", folder=tmp_path).stdout
        )

    def test_needs_nothing_heavy(self, tmp_path: Path) -> None:
        code = (
            "import sys\nfrom attendance_web import cli_commands, cli_review\n"
            "heavy = {'litestar', 'sqlalchemy', 'alembic', 'uvicorn', 'websockets', 'PIL'}\n"
            "print(sorted(heavy & set(sys.modules)))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.stdout == "[]\n", done.stderr

    def test_an_unknown_command_is_a_wrong_use(self, tmp_path: Path) -> None:
        assert attendance_here("sevre", folder=tmp_path).returncode == 2


class TestRecountKarma:
    """Contract: 8.12."""

    def test_it_says_whether_anything_was_wrong(self, migrated: Path) -> None:
        done = attendance_here("recount-karma", folder=migrated)
        assert done.stdout == "0 months of people were counted; 0 had been counted wrong\n"
        assert done.returncode == 0
        connection = sqlite3.connect(migrated / "var" / "attendance.db")
        connection.execute("INSERT INTO accounts VALUES (1, 'u', 'u', 'hash', 1)")
        connection.execute("INSERT INTO karma_months VALUES (1, 24316, 5, 0, 4, 100, NULL)")
        connection.commit()
        connection.close()
        done = attendance_here("recount-karma", folder=migrated)
        assert done.stdout == "1 months of people were counted; 1 had been counted wrong\n"
        assert done.returncode == 1

    def test_the_rule_is_that_of_the_settings(self, tmp_path: Path) -> None:
        rule_of_seven = {"ATTENDANCE_KARMA_PAIR_A_MONTH": "7"}
        assert attendance("migrate", folder=tmp_path, settings=rule_of_seven).returncode == 0
        connection = sqlite3.connect(tmp_path / "var" / "attendance.db")
        rule = connection.execute("SELECT pair_a_month, unchecked_a_month FROM karma_rules")
        assert rule.fetchall() == [(7, 100)]
        connection.close()


class TestDrawn:
    @pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["serve", "--no"]])
    def test_it_is_drawn_and_so_is_what_is_wrong(
        self, arguments: list[str], tmp_path: Path
    ) -> None:
        """In a process of its own: `serve` alone draws nothing, and imports nothing that does."""
        done = subprocess.run(
            [sys.executable, "-X", "utf8", "-m", "attendance_web.cli", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert "╭─" in done.stdout + done.stderr


class TestWithoutTheExtra:
    def test_it_asks_for_what_is_missing(self, tmp_path: Path) -> None:
        code = (
            "import sys\nsys.modules['rich_click'] = None\n"
            "from attendance_web.cli import main\nmain()"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 1
        assert "pip install 'peer-attendance[web]'" in complaint(done)


class TestStartErrors:
    def test_a_wrong_number(self, tmp_path: Path) -> None:
        done = attendance_here("serve", folder=tmp_path, settings={"ATTENDANCE_PORT": "eighty"})
        assert done.returncode == 2
        assert "ATTENDANCE_PORT must be a whole number" in complaint(done)

    def test_a_url_we_cannot_use_is_not_printed(self, tmp_path: Path) -> None:
        url = f"postgresql://me:{SECRET}@db"
        done = attendance_here("serve", folder=tmp_path, settings={"ATTENDANCE_DATABASE_URL": url})
        assert done.returncode == 2
        line = complaint(done)
        assert "ATTENDANCE_DATABASE_URL must end with the name of a database" in line
        assert SECRET not in line

    def test_more_workers_than_sqlite_bears(self, tmp_path: Path) -> None:
        done = attendance_here("serve", folder=tmp_path, settings={"ATTENDANCE_WORKERS": "2"})
        assert done.returncode == 2
        assert "ATTENDANCE_WORKERS must be 1: SQLite is written by one" in complaint(done)

    def test_a_pending_migration(self, tmp_path: Path) -> None:
        done = attendance("serve", folder=tmp_path)
        assert done.returncode == 1
        assert "attendance migrate" in complaint(done)

    @pytest.mark.parametrize("command", ["serve", "migrate"])
    def test_a_data_directory_that_cannot_be_made(self, tmp_path: Path, command: str) -> None:
        (tmp_path / "file").write_text("not a folder")
        settings = {"ATTENDANCE_DATA_DIR": str(tmp_path / "file" / "var")}
        done = attendance(command, folder=tmp_path, settings=settings)
        assert done.returncode == 1
        assert str(tmp_path / "file" / "var") in complaint(done)

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        (tmp_path / "var").mkdir()
        (tmp_path / "var" / "attendance.db").write_bytes(b"this is no database at all" * 100)
        for command in ("serve", "migrate"):
            done = attendance(command, folder=tmp_path)
            assert done.returncode == 1
            assert "attendance.db" in complaint(done)

    def test_a_database_that_somebody_else_keeps_locked(self, migrated: Path) -> None:
        other = sqlite3.connect(migrated / "var" / "attendance.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        done = attendance("serve", folder=migrated)
        other.close()
        assert done.returncode == 1
        assert "database is locked" in complaint(done)

    def test_a_port_that_is_taken(self, migrated: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = str(other.getsockname()[1])
            done = attendance("serve", folder=migrated, settings={"ATTENDANCE_PORT": port})
        assert done.returncode == 1
        assert f"cannot listen at 127.0.0.1:{port}: the port is taken" in complaint(done)

    @pytest.mark.parametrize(
        ("host", "why"),
        [("192.0.2.1", "this machine has no such address"), ("none.invalid", "there is no host")],
    )
    def test_an_address_that_is_not_ours(self, migrated: Path, host: str, why: str) -> None:
        done = attendance("serve", folder=migrated, settings={"ATTENDANCE_HOST": host})
        assert done.returncode == 1
        assert why in complaint(done)

    def test_an_unknown_variable_is_only_warned_of(self, tmp_path: Path) -> None:
        done = attendance("migrate", folder=tmp_path, settings={"ATTENDANCE_PROT": "1"})
        assert done.returncode == 0
        assert done.stderr == (
            "attendance: warning: ATTENDANCE_PROT is not a setting and does nothing; "
            "is it ATTENDANCE_PORT?\n"
        )


class TestMigrate:
    def test_is_quiet_and_may_be_repeated(self, tmp_path: Path) -> None:
        for _ in range(2):
            done = attendance("migrate", folder=tmp_path)
            assert (done.returncode, done.stderr) == (0, "")
            assert done.stdout == "the database is up to date\n"

    def test_nobody_else_may_read_what_it_makes(self, tmp_path: Path) -> None:
        assert attendance("migrate", folder=tmp_path).returncode == 0
        assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700
