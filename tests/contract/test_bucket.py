"""Files of several machines are in a bucket, of a server that may be away or refuse."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from attendance_adapters import UnusableFolder, connect, migrate
from attendance_adapters.files import ObjectFiles
from attendance_core.errors import Unavailable
from tests.support.eventually import PATIENCE_SECONDS
from tests.support.pictures import picture
from tests.support.seaweedfs import BUCKET, SeaweedFS, a_seaweedfs

pytestmark = pytest.mark.long

URL = f"s3://{BUCKET}/of/one"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SeaweedFS]:
    """One of this test's own: it may be killed."""
    with a_seaweedfs() as started:
        for name, value in started.environment.items():
            monkeypatch.setenv(name, value)
        yield started


async def test_two_services_of_one_database_share_it(
    seaweedfs: SeaweedFS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in seaweedfs.environment.items():
        monkeypatch.setenv(name, value)
    database, files_url = f"sqlite:///{tmp_path}/it.db", f"s3://{BUCKET}/{tmp_path.name}"
    migrate(database)
    async with connect(database, files_url=files_url) as one:
        do = one.use_cases
        anna = await do.sign_up(username="anna", password="tea at five")
        await do.update_profile_picture(actor=anna.user_id, image=picture("PNG"))
        profile = await do.get_profile(actor=anna.user_id, user_id=anna.user_id)
    assert profile.profile.picture is not None
    async with connect(database, files_url=files_url) as other:
        content, media_type = await other.files.get(f"pictures/{profile.profile.picture}")
        assert media_type.startswith("image/") and content


async def test_a_server_that_is_away_is_unavailable_until_it_is_back(server: SeaweedFS) -> None:
    files = ObjectFiles.at(URL)
    await files.put("pictures/a.jpg", b"content", "image/jpeg")
    server.kill()
    for asked in (
        files.get("pictures/a.jpg"),
        files.put("pictures/b.jpg", b"content", "image/jpeg"),
        files.delete("pictures/a.jpg"),
        files.list_below("pictures"),
    ):
        with pytest.raises(Unavailable):
            await asked
    server.start()

    async def found() -> object:
        with suppress(Unavailable):  # it listens before it knows its files
            return await files.get("pictures/a.jpg")
        return None

    until = time.monotonic() + PATIENCE_SECONDS
    while (file := await found()) is None:
        assert time.monotonic() < until
    assert file == (b"content", "image/jpeg")


@pytest.mark.parametrize("name", ["AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"])
async def test_one_that_does_not_let_us_in_keeps_the_service_from_starting(
    seaweedfs: SeaweedFS, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for each, value in {**seaweedfs.environment, name: "of somebody else"}.items():
        monkeypatch.setenv(each, value)
    database = f"sqlite:///{tmp_path}/it.db"
    migrate(database)
    service = connect(database, files_url=URL)
    with pytest.raises(UnusableFolder) as refused:
        await service.start()
    said = str(refused.value)
    assert said.startswith(f"{URL} cannot keep files: ")
    assert "\n" not in said and "of somebody else" not in said
