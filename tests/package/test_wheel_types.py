"""What a type checker sees of the wheel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import msgspec
import pytest
import websockets

pytestmark = pytest.mark.long
PROGRAM = """\
from typing import assert_type

import attendance_web
from attendance_adapters import Attendance, embedded
from attendance_core import Event, LoggedIn, ProfileSeen, Role, UseCases, WrongCredentials

async def main(service: Attendance) -> None:
    do = assert_type(service.use_cases, UseCases)
    try:
        anna = assert_type(await do.sign_up(username="anna", password="like tea"), LoggedIn)
    except WrongCredentials as no:
        assert_type(no.text("ru"), str)
    event = await do.create_event(actor=anna.user_id, name="A", starts_at=1.0, ends_at=9.0)
    assert_type(event, Event)
    await do.mark_me(connection=service.connection(anna, event.event_id, Role.MARK_ME))
    seen = await do.get_profile(actor=anna.user_id, user_id=anna.user_id)
    assert_type(assert_type(seen, ProfileSeen).karma, int)

print(assert_type(attendance_web.__version__, str), embedded())
"""
WITH_CLIENT = """\
from typing import assert_type
from uuid import UUID

from attendance_web.client import Asker, Client, Hold, Mark, WaitStatus
from attendance_web.structs.events import EventCreated, EventShown

async def main(client: Client) -> None:
    made = await client.create_event(name="A", time_from=1, time_to=9, who_marks="organisers")
    event_id = assert_type(assert_type(made, EventCreated).event_id, UUID)
    assert_type(await client.get_events(name="A"), list[EventShown])
    assert_type((await client.export_attendance(event_id=event_id, format="csv")).content, bytes)
    async for counts in client.watch_attendance(event_id=event_id):
        assert_type(counts.marked, int)
    async with client.mark_me(event_id) as me, client.marking(event_id) as marking:
        async for status in me:
            assert_type(status, WaitStatus)
        async for waiting in marking:
            assert_type(waiting, tuple[Asker, ...])
            assert_type(await marking.prepare(waiting[0].user_id), Hold)
            assert_type(await marking.confirm(7), Mark)
"""
NO_SUCH_WORD = """\
from attendance_web.client import Client

async def main(client: Client) -> None:
    await client.create_event(name="A", time_from=1, time_to=9, who_marks="nobody")
"""
MISTAKE = """\
from attendance_core import UseCases

async def main(do: UseCases) -> None:
    await do.sign_up(username=b"anna", password="like tea")
"""


def type_check(python: Path, program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Has a strict type checker look at a program that uses the wheel."""
    (folder / "program.py").write_text(program)
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(python)]
    command += ["--config-file", "", "--cache-dir", str(python.parents[1] / "cache"), "program.py"]
    # Only what is installed there is found
    return subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, check=False)


class TestTypes:
    def test_a_strict_type_checker_sees_the_types_of_the_packages(
        self, wheel_python: Path, tmp_path: Path
    ) -> None:
        done = type_check(wheel_python, PROGRAM, tmp_path)
        assert done.stdout == "Success: no issues found in 1 source file\n", done.stderr

    def test_a_strict_type_checker_sees_the_types_of_the_client(
        self, wheel_python: Path, site_packages: Path, tmp_path: Path
    ) -> None:
        """Whoever installs the client has these beside it."""
        for each in (httpx, msgspec, websockets):
            (site_packages / each.__name__).symlink_to(Path(each.__path__[0]))
        done = type_check(wheel_python, WITH_CLIENT, tmp_path)
        assert done.stdout == "Success: no issues found in 1 source file\n", done.stderr
        done = type_check(wheel_python, NO_SUCH_WORD, tmp_path)
        assert 'Argument "who_marks" to "create_event"' in done.stdout
        assert done.returncode == 1

    def test_a_strict_type_checker_finds_a_mistake_of_a_caller(
        self, wheel_python: Path, tmp_path: Path
    ) -> None:
        done = type_check(wheel_python, MISTAKE, tmp_path)
        assert 'Argument "username" to "__call__" of "SignUp" has incompatible type' in done.stdout
        assert done.returncode == 1
