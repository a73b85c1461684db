"""A backup made beside a running service, restored elsewhere, has everything in it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.people import Person, create_event, sign_up_people
from tests.support.pictures import saved, two_halves
from tests.support.postgres import binaries
from tests.support.postgres_databases import a_database
from tests.support.service_process import environment, running

pytestmark = pytest.mark.long

DEPLOY = Path(__file__).parents[2] / "deploy"


def run_script(
    name: str, folder: Path, settings: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Runs it once, in the environment of a service in this folder."""
    given = environment(folder, settings)
    return subprocess.run(
        ["sh", DEPLOY / f"{name}.sh", folder.parent / "backup"],
        env={**given, "PATH": f"{binaries()}{os.pathsep}{given['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def check_worked(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr


@pytest.fixture(params=["sqlite", "postgres"])
def both_settings(
    request: pytest.FixtureRequest,
) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """The settings of a service, and those of the one that takes over."""
    if request.param == "sqlite":
        yield {}, {}
        return
    server = request.getfixturevalue("postgres_server")
    with a_database(server) as first, a_database(server, "template0") as second:
        yield tuple(  # type: ignore[misc]
            {"ATTENDANCE_DATABASE_URL": each.render_as_string(hide_password=False)}
            for each in (first, second)
        )


async def test_what_was_backed_up_is_there_again(
    tmp_path: Path, both_settings: tuple[dict[str, str], dict[str, str]]
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    with running(old, both_settings[0]) as service:
        asker, marker = sign_up_people(service, 2)
        marker.browser.upload(
            "/api/profile/UpdateProfilePicture", saved(two_halves(), "PNG"), "me.png"
        )
        event_id = create_event(marker)
        async with (
            asker.opens("mark_me", event_id),
            marker.opens("marking", event_id) as marking,
        ):
            await marking.hears("marking_list")
            await marking.asks("prepare_to_mark", user_id=asker.user_id)
            assert (await marking.asks("confirm_marking"))["message"] == "marked"
            check_worked(run_script("backup", old, both_settings[0]))
        port = str(service.port)
    check_worked(run_script("restore", new, both_settings[1]))
    with running(new, {**both_settings[1], "ATTENDANCE_PORT": port}, migrate=False) as service:
        assert marker.karma() == 50
        assert asker.state(event_id, marker) == "marked"
        assert service.get(picture_of(marker))[0] == 200


def picture_of(person: Person) -> str:
    return str(person.browser.get("/api/profile/GetProfile", user_id=person.user_id)["pic"])


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    with running(folder):
        check_worked(run_script("backup", folder, {}))
        assert run_script("backup", folder, {}).returncode != 0
        refused = run_script("restore", folder, {})
    assert refused.returncode == 1
    assert "is there already" in refused.stderr
