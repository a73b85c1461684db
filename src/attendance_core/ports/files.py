"""What keeps files: pictures of people, and scans."""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

# By the extension that a path ends with
MEDIA_TYPES: Final = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


class NoSuchFile(KeyError):
    """No file is kept at this path."""


class FileContent(NamedTuple):
    """What is in a file, and of what type it is, as HTTP has it."""

    content: bytes
    media_type: str


class FileSize(NamedTuple):
    """How large a file is, in bytes, and of what type it is, as HTTP has it."""

    size: int
    media_type: str


class FilePart(NamedTuple):
    """Some bytes of a file, and how large all of it is."""

    content: bytes
    file_size: int


class Files(Protocol):
    """Keeps what is too large for the store, each under a path, whose last part is its key.

    A path ends in ``.jpg``, ``.png`` or ``.webp``, as its media type is image/jpeg, image/png or
    image/webp: whoever keeps the file need not keep that, too.
    """

    async def put(self, path: str, content: bytes, media_type: str) -> None:
        """Writes a file, whole or not at all, and over one that is there."""
        ...

    async def get(self, path: str) -> FileContent:
        """Reads a file. Raises NoSuchFile."""
        ...

    async def get_part(self, path: str, start: int, limit: int) -> FilePart:
        """Reads ``limit`` bytes from ``start`` on, fewer at its end; ``start`` lies in the file.

        Raises NoSuchFile.
        """
        ...

    async def delete(self, path: str) -> None:
        """Deletes it; does nothing where there is none."""
        ...
