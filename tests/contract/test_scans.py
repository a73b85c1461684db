"""Moderation from the command line, beside a service that runs on the same files. Contract: 3."""

from __future__ import annotations

import asyncio
import io
import random
import secrets
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from attendance_adapters.files import ObjectFiles
from attendance_core.errors import UsernameTaken
from attendance_core.ports import Unit
from attendance_core.profiles import ConfirmationScan
from attendance_core.vocabulary import FileKey, ScanId, UserId
from attendance_web import main
from attendance_web.cli_scans import show
from attendance_web.demo.people import face
from attendance_web.settings import Settings, settings_from
from tests.support.command_line import attendance_here
from tests.support.http_browser import HttpBrowser
from tests.support.service_process import Service, attendance, service

__all__ = ["service"]

UPLOAD = "/api/profile/UploadProfileConfirmation"


class Student:
    """Somebody who wants the tick."""

    def __init__(self, service: Service) -> None:
        self.username = f"s{secrets.token_hex(4)}"
        self.browser = HttpBrowser(service.url, "en")
        self.browser.get("/api/auth/GetCurrentUserId")
        made = self.browser.post(
            "/accounts/signup/",
            username=self.username,
            password="correct horse battery",
            display_name="Студентка Анна",
        )
        self.user_id: int = made["user_id"]

    def upload(self) -> None:
        self.browser.upload(UPLOAD, face(random.Random()), "book.png")

    def confirmation(self) -> tuple[bool, str]:
        profile = self.browser.get("/api/profile/GetProfile", user_id=self.user_id)
        return profile["confirmed"], profile["confirmation"]


@pytest.fixture
def student(service: Service) -> Student:
    made = Student(service)
    made.upload()
    return made


def run_scans(service: Service, *arguments: str) -> list[str]:
    """The lines that a command prints; it succeeds, and says nothing else."""
    done = attendance_here("scans", *arguments, folder=service.folder)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout.splitlines()


def key_of(service: Service, student: Student) -> str:
    """As the list prints it."""
    lines = [line.split("\t") for line in run_scans(service, "list")]
    (line,) = [each for each in lines if each[0] == str(student.user_id)]
    assert line[1] == "Студентка Анна"
    assert line[2].endswith(" UTC")
    assert line[3] == "pending"
    return line[4]


@pytest.mark.parametrize(
    ("word", "confirmed", "state"), [("approve", True, "approved"), ("reject", False, "rejected")]
)
def test_a_judged_scan_shows_at_once_and_leaves_the_list(
    service: Service, student: Student, word: str, confirmed: bool, state: str
) -> None:
    assert student.confirmation() == (False, "pending")
    key = key_of(service, student)
    (line,) = run_scans(service, word, str(student.user_id), "--scan", key)
    assert line == f"the scan of person {student.user_id} is {state}"
    assert student.confirmation() == (confirmed, state)
    assert key not in "".join(run_scans(service, "list"))


def test_show_writes_the_picture_where_only_this_user_reads_it(
    service: Service, student: Student
) -> None:
    file, line = run_scans(service, "show", str(student.user_id))
    assert line.split("\t")[4] == key_of(service, student)
    assert Path(file).name == f"scan-{student.user_id}.png"
    assert stat.S_IMODE(Path(file).stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(file).parent.stat().st_mode) == 0o700
    assert Image.open(io.BytesIO(Path(file).read_bytes())).format == "PNG"
    Path(file).unlink()
    Path(file).parent.rmdir()


def test_show_writes_to_a_file_that_is_named_and_over_none(
    service: Service, student: Student, tmp_path: Path
) -> None:
    to = tmp_path / "scan.png"
    command = ("show", str(student.user_id), "--to", str(to))
    assert run_scans(service, *command)[0] == str(to)
    written = to.read_bytes()
    done = attendance_here("scans", *command, folder=service.folder)
    assert (done.returncode, done.stderr) == (1, f"attendance: {to}: File exists\n")
    assert to.read_bytes() == written


def test_a_scan_that_was_replaced_meanwhile_is_not_judged(
    service: Service, student: Student
) -> None:
    key = key_of(service, student)
    student.upload()
    command = ("scans", "approve", str(student.user_id), "--scan", key)
    done = attendance_here(*command, folder=service.folder)
    assert done.returncode == 1
    assert "it may have been replaced" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert student.confirmation() == (False, "pending")
    assert key_of(service, student) != key


def test_nobody_with_such_a_scan_is_one_line(service: Service) -> None:
    done = attendance_here("scans", "show", "999999", folder=service.folder)
    assert (done.returncode, done.stderr) == (1, "attendance: There is no such scan\n")


def test_a_judgement_names_its_scan(service: Service) -> None:
    done = attendance_here("scans", "approve", "1", folder=service.folder)
    assert done.returncode == 2
    assert "--scan" in done.stderr


def test_an_empty_list_says_so(tmp_path: Path) -> None:
    assert attendance("migrate", folder=tmp_path).returncode == 0
    done = attendance("scans", "list", folder=tmp_path)  # in processes of their own
    assert (done.returncode, done.stdout) == (0, "nobody waits\n")


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    done = attendance("scans", "list", folder=tmp_path)
    assert done.returncode == 1
    assert "attendance migrate" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "var" / "attendance.db").exists()


class TestReplacedWhileItIsRead:
    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        given = {"ATTENDANCE_DATA_DIR": str(tmp_path / "var")}
        made = settings_from(given)
        main.migrate(made)
        return made

    def upload(self, settings: Settings, key: str, with_file: bool = True) -> None:
        """Person 1 has this scan and no other."""

        async def put() -> None:
            async with main.attendance_of(settings) as service:
                do = service.use_cases
                with suppress(UsernameTaken):
                    await do.sign_up(username="anna", password="correct horse battery")
                earlier = await service.use_cases.get_pending_scans()
                if with_file:
                    await service.files.put(f"scans/{key}", b"content", "image/png")

                def replace(unit: Unit, key: str = key) -> None:
                    unit.scans.lock(UserId(1))
                    unit.scans.put(
                        ConfirmationScan(UserId(1), FileKey(key), 1.0, scan_id=ScanId(uuid4()))
                    )

                await do.judge_scan.transact(replace)
                for scan in earlier:
                    await service.files.delete(f"scans/{scan.file}")

        with ThreadPoolExecutor(1) as thread:  # a loop may be running in ours
            thread.submit(asyncio.run, put()).result()

    def test_the_later_one_is_shown(
        self, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old, new = "a.png", "b.png"
        self.upload(settings, old)
        read = ObjectFiles.get

        async def get(files: ObjectFiles, key: str) -> tuple[bytes, str]:
            if key == f"scans/{old}":
                self.upload(settings, new)
            return await read(files, key)

        monkeypatch.setattr(ObjectFiles, "get", get)
        _, line = show(settings, 1, tmp_path / "scan.png")
        assert f"\t{new}~" in line

    def test_one_whose_file_is_gone_says_where_it_was_looked_for(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        self.upload(settings, "a.png", with_file=False)
        done = attendance_here("scans", "show", "1", folder=tmp_path)
        assert done.returncode == 1
        assert "'scans/a.png' is not where files are kept" in done.stderr


def test_a_scan_of_one_who_has_another_name_by_now_is_not_judged_by_the_old_look(
    service: Service, student: Student
) -> None:
    """Contract: 3.7."""
    key = key_of(service, student)
    profile_path = "/api/profile/UpdateProfileInfo"
    student.browser.post(profile_path, display_name="Кто-то другой")
    done = attendance_here(
        "scans", "approve", str(student.user_id), "--scan", key, folder=service.folder
    )
    assert done.returncode == 1
    assert "another name" in done.stderr
    assert student.confirmation() == (False, "pending")
    student.browser.post(profile_path, display_name="СТУДЕНТКА Анна")
    run_scans(service, "approve", str(student.user_id), "--scan", key)
    assert student.confirmation() == (True, "approved")
    student.browser.post(profile_path, display_name="Кто-то другой")
    assert student.confirmation() == (False, "none")
    done = attendance_here("scans", "show", str(student.user_id), folder=service.folder)
    assert (done.returncode, done.stderr) == (1, "attendance: There is no such scan\n")


def test_what_the_operator_does_is_written_down_and_told(
    service: Service, student: Student
) -> None:
    """Contract: 9.10."""
    file, line = run_scans(service, "show", str(student.user_id))
    Path(file).unlink()
    Path(file).parent.rmdir()
    key, said = line.split("\t")[4], ("--reason", "unreadable", "--note", "Снимите ближе")
    run_scans(service, "reject", str(student.user_id), "--scan", key, *said)
    profile = student.browser.get("/api/profile/GetProfile", user_id=student.user_id)
    assert (profile["reason"], profile["note"]) == ("unreadable", "Снимите ближе")
    log = student.browser.get("/api/profile/GetConfirmationLog")["entries"]
    told = [(each["what"], each["by"], each["actor_id"]) for each in log]
    assert told == [("rejected", "operator", None), ("looked", "operator", None)]
    done = attendance_here("audit", folder=service.folder)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [each.split("\t") for each in done.stdout.splitlines()]
    mine = [each for each in lines if each[3] == f"person {student.user_id}"]
    assert [each[1:3] for each in mine] == [
        ["operator", "looked"],
        ["operator", "rejected: unreadable"],
    ]


def test_moderators_are_added_listed_and_removed(service: Service, student: Student) -> None:
    """Contract: 9.8."""

    def run_moderators(*arguments: str) -> str:
        done = attendance_here("moderators", *arguments, folder=service.folder)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    pending_path = "/api/profile/GetPendingConfirmations"
    username = student.username
    for _ in range(2):
        told = run_moderators("add", username)
        assert told == f"{username} (person {student.user_id}) is a moderator\n"
    (line,) = [each for each in run_moderators("list").splitlines() if username in each]
    assert line.split("\t")[:3] == [str(student.user_id), username, "Студентка Анна"]
    assert student.browser.get(pending_path)["count"] >= 1
    for _ in range(2):
        told = run_moderators("remove", username)
        assert told == f"{username} (person {student.user_id}) is no moderator\n"
    assert username not in run_moderators("list")
    done = attendance_here("moderators", "add", "nobody.at.all", folder=service.folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "attendance: nobody has the user name nobody.at.all\n"
