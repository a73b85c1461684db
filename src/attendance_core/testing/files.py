"""The contract of files: the docstrings of `ports.Files`, one by one."""

from __future__ import annotations

import pytest

from attendance_core.ports import Files, NoSuchFile

PATHS = ("pictures/b.jpg", "../a.jpg", "pictures/../../a.jpg", "/../a.jpg")


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

    @pytest.mark.parametrize("path", PATHS)
    async def test_there_is_no_file_that_nobody_put(self, files: Files, path: str) -> None:
        """Nor at a path that leads elsewhere."""
        await files.put("pictures/a.jpg", b"content", "image/jpeg")
        with pytest.raises(NoSuchFile):
            await files.get(path)
        with pytest.raises(NoSuchFile):
            await files.get_part(path, 0, 4)

    async def test_one_that_is_deleted_is_there_no_more_and_may_be_deleted_again(
        self, files: Files
    ) -> None:
        for path in ("pictures/a.jpg", "pictures/b.jpg"):
            await files.put(path, b"content", "image/jpeg")
        for _ in range(2):
            await files.delete("pictures/a.jpg")
        with pytest.raises(NoSuchFile):
            await files.get("pictures/a.jpg")
        assert (await files.get("pictures/b.jpg")).content == b"content"
