"""`attendance export`: the sheet of an event as a file, without a log-in. Contract: 8.13."""

from __future__ import annotations

import asyncio
import json
import shutil
import stat
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from attendance_adapters import embedded
from attendance_core.testing.clock import NOON
from attendance_core.vocabulary import UserId
from tests.support.command_line import attendance_here


class StoredEvent(NamedTuple):
    """An event in a database that a service may use, too."""

    folder: Path
    event_id: str
    code: str

    def export(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return attendance_here("export", *arguments, folder=self.folder)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> StoredEvent:
    folder = tmp_path_factory.mktemp("export")

    async def make() -> StoredEvent:
        async with embedded(folder / "var") as attendance:
            do = attendance.use_cases
            anna = await do.sign_up(username="anna", password="correct horse", display_name="Анна")
            boris = await do.sign_up(username="boris", password="correct horse", display_name="=Б")
            event = await do.create_event(
                actor=anna.user_id, name="Ряды", starts_at=NOON - 10**9, ends_at=NOON + 10**9
            )
            await do.mark_participant(
                actor=anna.user_id, event_id=event.event_id, user_id=UserId(boris.user_id)
            )
            return StoredEvent(folder, str(event.event_id), event.code)

    return asyncio.run(make())


def test_it_goes_to_standard_output_by_id_or_by_code(stored: StoredEvent) -> None:
    by_id = stored.export(stored.event_id, "--format", "csv", "--tz", "Europe/Moscow")
    assert (by_id.returncode, by_id.stderr) == (0, "")
    assert by_id.stdout.startswith("\ufeffРяды") and ";'=Б;;;есть отметка;" in by_id.stdout
    assert "+03:00" in by_id.stdout
    by_code = stored.export(stored.code.lower(), "--format", "json")
    assert [row["display_name"] for row in json.loads(by_code.stdout)["rows"]] == ["=Б", "Анна"]
    english = stored.export(stored.event_id, "--format", "csv", "--language", "en")
    assert ";'=Б;;;marked;" in english.stdout


def test_a_file_is_for_this_user_alone_and_never_over_another(
    stored: StoredEvent, tmp_path: Path
) -> None:
    to = tmp_path / "sheet.xlsx"
    done = stored.export(stored.event_id, "--format", "xlsx", "--to", str(to))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    written = to.read_bytes()
    assert written.startswith(b"PK")
    again = stored.export(stored.event_id, "--format", "csv", "--to", str(to))
    assert again.returncode == 1 and again.stderr == f"attendance: {to}: File exists\n"
    assert to.read_bytes() == written


def test_what_cannot_be_written_whole_is_not_there(
    stored: StoredEvent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fills_the_disk(source: object, file: object) -> None:
        raise OSError(28, "No space left on device")

    to = tmp_path / "sheet.csv"
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfileobj", fills_the_disk)
        done = stored.export(stored.event_id, "--format", "csv", "--to", str(to))
    assert done.returncode == 1 and "No space left" in done.stderr
    assert not to.exists()


@pytest.mark.parametrize(
    ("arguments", "returncode", "said"),
    [
        (("222222", "--format", "csv"), 1, "There is no such event"),
        (("nothing", "--format", "csv"), 1, "There is no such event"),
        (("00000000-0000-4000-8000-000000000000", "--format", "csv"), 1, "There is no such event"),
        (("222222",), 2, "--format"),
        (("222222", "--format", "pdf"), 2, "pdf"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    stored: StoredEvent, arguments: tuple[str, ...], returncode: int, said: str
) -> None:
    done = stored.export(*arguments)
    assert done.returncode == returncode and said in done.stderr and done.stdout == ""


def test_a_zone_that_there_is_not_is_named(stored: StoredEvent) -> None:
    done = stored.export(stored.event_id, "--format", "csv", "--tz", "Moscow")
    assert done.returncode == 1 and "tz" in done.stderr
