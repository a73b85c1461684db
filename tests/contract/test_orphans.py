"""Files that nothing names are deleted, wherever names and files are kept."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from attendance_adapters import Attendance, ForeignFolder
from attendance_adapters.files import ObjectFiles
from attendance_adapters.folder_claim import claim_folder
from attendance_adapters.in_memory import MemoryFiles, MemoryStore
from attendance_adapters.media_types import media_type_of
from attendance_adapters.notifiers import LocalNotifier
from attendance_adapters.orphans import UPLOAD_SECONDS, delete_orphans
from attendance_core.marking.terms import Terms
from attendance_core.profiles import ConfirmationScan
from attendance_core.testing.clock import TestClock
from attendance_core.testing.lectures import Lecture
from attendance_core.vocabulary import FileKey, ScanId, UserId
from tests.support.file_locations import FILE_LOCATIONS

FILE_A, FILE_B = f"{'a' * 32}.png", f"{'b' * 32}.png"


async def stored_paths(files: MemoryFiles | ObjectFiles) -> list[str]:
    return [path for folder in ("pictures", "scans") for path, _ in await files.list_below(folder)]


async def refer_to_files(store: Any, picture: str, scan: str) -> None:
    """Has person 1 have this picture, and person 2 this scan."""
    await Lecture.begun(store, waiting=0)

    def work(unit: Any) -> None:
        unit.profiles.put(replace(unit.profiles.get(UserId(1)), picture=picture))
        unit.scans.put(ConfirmationScan(UserId(2), FileKey(scan), 1.0, scan_id=ScanId(uuid4())))

    await store.transact(work)


class TestOrphans:
    async def test_only_files_that_nothing_names_go(
        self, store: Any, files: MemoryFiles | ObjectFiles
    ) -> None:
        await refer_to_files(store, FILE_A, FILE_B)
        for key in (
            f"pictures/{FILE_A}",
            f"pictures/{FILE_B}",
            f"scans/{FILE_A}",
            f"scans/{FILE_B}",
        ):
            await files.put(key, b"content", "image/png")
        later = time.time() + UPLOAD_SECONDS + 60
        assert await delete_orphans(files, store.referenced_files, later) == 2
        assert await stored_paths(files) == [f"pictures/{FILE_A}", f"scans/{FILE_B}"]
        assert await delete_orphans(files, store.referenced_files, later) == 0

    async def test_a_file_whose_upload_may_be_under_way_is_left_alone(
        self, store: Any, files: MemoryFiles | ObjectFiles
    ) -> None:
        await files.put(f"scans/{FILE_B}", b"content", "image/png")
        assert await delete_orphans(files, store.referenced_files, time.time()) == 0
        assert await stored_paths(files) == [f"scans/{FILE_B}"]

    async def test_one_that_gets_its_name_while_they_are_listed_stays(
        self, store: Any, files: MemoryFiles | ObjectFiles
    ) -> None:
        await files.put(f"pictures/{FILE_A}", b"content", "image/png")

        async def refer_and_list() -> frozenset[str]:
            await refer_to_files(store, FILE_A, FILE_B)
            return await store.referenced_files()  # type: ignore[no-any-return]

        later = time.time() + UPLOAD_SECONDS + 60
        assert await delete_orphans(files, refer_and_list, later) == 0

    async def test_files_of_others_in_the_same_folders_are_left_alone(
        self, store: Any, files: MemoryFiles | ObjectFiles
    ) -> None:
        """Whatever has no name that we give is not ours."""
        others = [
            "pictures/summer.jpg",
            f"pictures/2026/{FILE_A}",
            f"scans/{'A' * 32}.png",
            "scans/x",
        ]
        for key in others:
            await files.put(key, b"content", media_type_of(key))
        later = time.time() + UPLOAD_SECONDS + 60
        assert await delete_orphans(files, store.referenced_files, later) == 0
        assert await stored_paths(files) == sorted(others)


class TestFolder:
    """A folder of files belongs to one database."""

    @pytest.fixture(params=[name for name in FILE_LOCATIONS if name != "memory"])
    def files_url(self, request: pytest.FixtureRequest) -> str:
        return FILE_LOCATIONS[request.param](request)

    async def test_it_is_known_again(self, store: Any, files_url: str) -> None:
        for _ in range(2):
            await claim_folder(ObjectFiles.at(files_url), store.transact)
        (claim,) = await ObjectFiles.at(files_url).list_below("")
        kept, _ = await ObjectFiles.at(files_url).get(claim.path)
        assert re.fullmatch(rb"[0-9a-f]{24}\n", kept)

    async def test_another_database_does_not_start_over_it(
        self, store: Any, files_url: str
    ) -> None:
        await claim_folder(ObjectFiles.at(files_url), store.transact)
        other = MemoryStore(TestClock(), LocalNotifier())
        service = Attendance(
            store=other,
            notifier=LocalNotifier(),
            files=ObjectFiles.at(files_url),
            terms=Terms(),
        )
        with pytest.raises(ForeignFolder) as refused:
            await service.start()
        address = ObjectFiles.at(files_url).address
        assert str(refused.value).startswith(f"{address} has the files of another database")
        assert "\n" not in str(refused.value)

    async def test_of_many_that_start_at_once_all_have_one_id(
        self, store: Any, files_url: str
    ) -> None:
        await asyncio.gather(
            *(claim_folder(ObjectFiles.at(files_url), store.transact) for _ in range(8))
        )
