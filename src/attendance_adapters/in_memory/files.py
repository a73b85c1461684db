"""Files in a dict: they go with the process."""

from __future__ import annotations

import time
from typing import NamedTuple

from attendance_adapters.media_types import check_media_type, media_type_of
from attendance_adapters.service_ports import StoredFile
from attendance_core.ports import FileContent, FilePart, NoSuchFile
from attendance_core.vocabulary import Instant


class _File(NamedTuple):
    """Holds a file, and when it was last written."""

    content: bytes
    written_at: Instant


class MemoryFiles:
    """Keeps files in this process's memory; `ports.Files`, and lists them."""

    def __init__(self) -> None:
        self._files: dict[str, _File] = {}

    async def put(self, path: str, content: bytes, media_type: str) -> None:
        """Keeps a file. Raises ValueError where the path says another media type."""
        check_media_type(path, media_type)
        self._files[path] = _File(content, time.time())

    async def get(self, path: str) -> FileContent:
        """Reads a file. Raises NoSuchFile."""
        return FileContent(self._read(path), media_type_of(path))

    async def get_part(self, path: str, start: int, limit: int) -> FilePart:
        """Reads some of a file, which has a byte there. Raises NoSuchFile."""
        content = self._read(path)
        return FilePart(content[start : start + limit], len(content))

    async def delete(self, path: str) -> None:
        """Deletes a file; idempotent."""
        self._files.pop(path, None)

    async def list_below(self, path: str) -> list[StoredFile]:
        """Lists the files below a path, sorted by path."""
        below = f"{path.rstrip('/')}/" if path else ""
        return sorted(
            StoredFile(file_path, file.written_at)
            for file_path, file in self._files.items()
            if file_path.startswith(below)
        )

    def _read(self, path: str) -> bytes:
        try:
            return self._files[path].content
        except KeyError:
            raise NoSuchFile(path) from None
