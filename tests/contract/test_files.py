"""Files are kept, given back with their media type, and deleted, wherever they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendance_adapters.files import ObjectFiles
from attendance_adapters.in_memory import MemoryFiles
from attendance_core.errors import Unavailable
from attendance_core.ports import NoSuchFile
from attendance_core.testing import FilesContract


class TestFiles(FilesContract):
    """With the fixture ``files`` of this folder: each in turn."""


async def test_a_media_type_that_is_not_the_path_s_is_a_mistake(
    files: MemoryFiles | ObjectFiles,
) -> None:
    with pytest.raises(ValueError, match="not the name of text/html"):
        await files.put("pictures/a.jpg", b"<script>", "text/html")


async def test_files_in_a_directory_outlive_the_service(tmp_path: Path) -> None:
    await ObjectFiles.at(tmp_path.as_uri()).put("pictures/a.jpg", b"content", "image/jpeg")
    assert (tmp_path / "pictures" / "a.jpg").read_bytes() == b"content"
    assert (await ObjectFiles.at(tmp_path.as_uri()).get("pictures/a.jpg"))[0] == b"content"


@pytest.mark.parametrize("path", ["../secret.jpg", "pictures/../../secret.jpg", "/../secret.jpg"])
async def test_no_path_leads_out_of_the_directory(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    files = ObjectFiles.at((tmp_path / "files").as_uri())
    with pytest.raises(NoSuchFile):
        await files.get(path)


async def test_a_directory_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    files = ObjectFiles.at(tmp_path.as_uri())
    (tmp_path / "pictures").write_bytes(b"a file where a directory should be")
    with pytest.raises(Unavailable):
        await files.put("pictures/a.jpg", b"content", "image/jpeg")


@pytest.mark.parametrize("url", ["", "gs://bucket", "/path", "file://host/path", "memory://a"])
def test_files_are_kept_nowhere_else(url: str) -> None:
    with pytest.raises(ValueError, match="files are kept at"):
        ObjectFiles.at(url)
