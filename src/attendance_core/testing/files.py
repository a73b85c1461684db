"""The contract of files: the docstrings of `ports.Files`, one by one.

Also of those that are listed, and that are claimed, where they are.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from attendance_core.ports import Files, NoSuchFile

MISSING_PATHS = ("pictures/b.jpg", "../a.jpg", "pictures/../../a.jpg", "/../a.jpg")
CLOCKS_DIFFER_SECONDS = 2.0  # at most: what keeps files may be another machine


def a_database() -> Callable[[Callable[[Any], Any]], Awaitable[Any]]:
    """Makes a `ports.Transact` of a database that has nothing but an id of its own."""
    kept: list[str] = []

    def database_id(new_id: str) -> str:
        kept[:] = kept or [new_id]
        return kept[0]

    unit = SimpleNamespace(installation=SimpleNamespace(database_id=database_id))

    async def transact(work: Callable[[Any], Any]) -> Any:
        return work(unit)

    return transact


def method_of(files: Files, name: str, what_for: str) -> Callable[..., Awaitable[Any]]:
    """Finds what files may have beside the port; skips the test of those that have it not."""
    method: Callable[..., Awaitable[Any]] | None = getattr(files, name, None)
    if method is None:
        pytest.skip(f"these files have no `{name}`: {what_for}")
    return method


@pytest.mark.asyncio
class FilesContract:
    """Tries files of your own; subclass it, and give it a fixture ``files``, which has none yet."""

    @pytest.mark.parametrize(
        ("path", "media_type"),
        [
            ("pictures/a.jpg", "image/jpeg"),
            ("pictures/a.png", "image/png"),
            ("scans/a.webp", "image/webp"),
        ],
    )
    async def test_what_was_put_is_got(self, files: Files, path: str, media_type: str) -> None:
        await files.put(path, b"\0content", media_type)
        assert await files.get(path) == (b"\0content", media_type)
        await files.put(path, b"", media_type)
        assert await files.get(path) == (b"", media_type)

    async def test_a_part_of_a_file_is_read_with_the_size_of_all_of_it(self, files: Files) -> None:
        await files.put("pictures/a.jpg", b"0123456789", "image/jpeg")
        parts = [await files.get_part("pictures/a.jpg", start, 4) for start in (0, 4, 8)]
        assert parts == [(b"0123", 10), (b"4567", 10), (b"89", 10)]

    @pytest.mark.parametrize("path", MISSING_PATHS)
    async def test_there_is_no_file_that_nobody_put(self, files: Files, path: str) -> None:
        """Nor at a path that leads elsewhere."""
        await files.put("pictures/a.jpg", b"content", "image/jpeg")
        with pytest.raises(NoSuchFile):
            await files.get(path)
        with pytest.raises(NoSuchFile):
            await files.get_part(path, 0, 4)

    async def test_a_file_that_is_deleted_is_there_no_more_and_may_be_deleted_again(
        self, files: Files
    ) -> None:
        for path in ("pictures/a.jpg", "pictures/b.jpg"):
            await files.put(path, b"content", "image/jpeg")
        for _ in range(2):
            await files.delete("pictures/a.jpg")
        with pytest.raises(NoSuchFile):
            await files.get("pictures/a.jpg")
        assert (await files.get("pictures/b.jpg")).content == b"content"

    async def test_files_are_listed_below_a_path_with_when_they_were_written(
        self, files: Files
    ) -> None:
        """Sorted by path. A folder is no beginning of a name."""
        list_below = method_of(files, "list_below", "what no row names is never deleted")
        before = time.time()
        for path in ("scans/b.jpg", "scans/a.jpg", "scans-of-old/a.jpg", "pictures/a.jpg"):
            await files.put(path, b"content", "image/jpeg")
        listed = await list_below("scans")
        assert [path for path, _ in listed] == ["scans/a.jpg", "scans/b.jpg"]
        earliest, latest = before - CLOCKS_DIFFER_SECONDS, time.time() + CLOCKS_DIFFER_SECONDS
        assert all(earliest < written_at < latest for _, written_at in listed), listed
        assert await list_below("nothing") == []

    async def test_one_that_is_deleted_is_listed_no_more(self, files: Files) -> None:
        list_below = method_of(files, "list_below", "what no row names is never deleted")
        for path in ("scans/a.jpg", "scans/b.jpg"):
            await files.put(path, b"content", "image/jpeg")
        await files.delete("scans/a.jpg")
        assert [path for path, _ in await list_below("scans")] == ["scans/b.jpg"]

    async def test_files_are_claimed_by_one_database_again_and_again(self, files: Files) -> None:
        """Also by many processes that start at once, and where there are files already."""
        claim = method_of(files, "claim", "two databases may share a place, and empty it")
        await files.put("pictures/a.jpg", b"content", "image/jpeg")
        ours = a_database()
        await asyncio.gather(*(claim(ours) for _ in range(8)))
        await claim(ours)
        assert (await files.get("pictures/a.jpg")).content == b"content"

    async def test_files_of_one_database_are_not_claimed_by_another(self, files: Files) -> None:
        claim = method_of(files, "claim", "two databases may share a place, and empty it")
        await claim(a_database())
        with pytest.raises(Exception) as refused:
            await claim(a_database())
        kinds = [each.__name__ for each in type(refused.value).__mro__]
        assert "CannotStart" in kinds, f"expected CannotStart; raised: {refused.value!r}"
