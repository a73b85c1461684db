"""Files that nothing names are swept, wherever names and files are kept."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from attendance_adapters.files import UPLOAD_SECONDS, ObjectFiles, sweep_orphans
from attendance_core.profiles import Confirmation, ConfirmationScan
from attendance_core.vocabulary import FileKey, UserId
from tests.support.lecture import Lecture


@pytest.fixture(params=["memory", "directory"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectFiles:
    if request.param == "memory":
        return ObjectFiles.at("memory://")
    return ObjectFiles.at((tmp_path / "files").as_uri())


async def kept(files: ObjectFiles) -> list[str]:
    return [key for folder in ("pictures", "scans") for key, _ in await files.list_below(folder)]


async def name(store: Any, picture: str, scan: str) -> None:
    """Persons 1 and 2 have a picture and a scan."""
    await Lecture.begun(store, waiting=0)

    def work(unit: Any) -> None:
        unit.profiles.put(replace(unit.profiles.get(UserId(1)), picture=picture))
        unit.scans.put(ConfirmationScan(UserId(2), FileKey(scan), 1.0, Confirmation.APPROVED, 2.0))

    await store.transact(work)


class TestOrphans:
    async def test_only_files_that_nothing_names_go(self, store: Any, files: ObjectFiles) -> None:
        await name(store, "a.png", "b.png")
        for key in ("pictures/a.png", "pictures/b.png", "scans/a.png", "scans/b.png"):
            await files.put(key, b"content", "image/png")
        later = time.time() + UPLOAD_SECONDS + 60
        assert await sweep_orphans(files, store.referenced_files, later) == 2
        assert await kept(files) == ["pictures/a.png", "scans/b.png"]
        assert await sweep_orphans(files, store.referenced_files, later) == 0

    async def test_a_file_whose_upload_may_be_under_way_is_left_alone(
        self, store: Any, files: ObjectFiles
    ) -> None:
        await files.put("scans/new.png", b"content", "image/png")
        assert await sweep_orphans(files, store.referenced_files, time.time()) == 0
        assert await kept(files) == ["scans/new.png"]

    async def test_one_that_gets_its_name_while_they_are_listed_stays(
        self, store: Any, files: ObjectFiles
    ) -> None:
        await files.put("pictures/a.png", b"content", "image/png")

        async def named() -> frozenset[str]:
            await name(store, "a.png", "b.png")
            return await store.referenced_files()  # type: ignore[no-any-return]

        later = time.time() + UPLOAD_SECONDS + 60
        assert await sweep_orphans(files, named, later) == 0
