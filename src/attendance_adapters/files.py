"""Files in an object store: in memory, or in a directory of this machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Set
from dataclasses import dataclass

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore

from attendance_core.errors import Unavailable
from attendance_core.ports import NoSuchFile
from attendance_core.profiles import picture_path, scan_path
from attendance_core.vocabulary import FileKey, Instant

# By a key's extension, since a local directory keeps no media types
MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
UNKNOWN_MEDIA_TYPE = "application/octet-stream"
FOLDERS = (picture_path(FileKey("")), scan_path(FileKey("")))
UPLOAD_SECONDS = 3600  # far more than an upload takes from its file to its row


@dataclass(frozen=True, slots=True)
class ObjectFiles:
    """`ports.Files` in an object store."""

    store: MemoryStore | LocalStore

    @classmethod
    def at(cls, url: str) -> ObjectFiles:
        """The files at memory:// or file:///path, a directory that is made where there is none.

        Raises ValueError for any other URL.
        """
        if url == "memory://":
            return cls(MemoryStore())
        if url.startswith("file:///"):
            return cls(LocalStore.from_url(url, mkdir=True))
        raise ValueError(f"files are kept at memory:// or file:///path, not at {url!r}")

    async def put(self, key: str, content: bytes, media_type: str) -> None:
        """Keeps the content whole or not at all.

        Raises ValueError where the key's extension says another media type, Unavailable.
        """
        if media_type != _media_type(key):
            raise ValueError(f"{key!r} is not the name of {media_type}")
        try:
            await obstore.put_async(self.store, key, content)
        except (OSError, BaseError) as error:
            raise Unavailable from error

    async def get(self, key: str) -> tuple[bytes, str]:
        """The content and its media type. Raises NoSuchFile, Unavailable."""
        try:
            kept = await obstore.get_async(self.store, key)
            return bytes(await kept.bytes_async()), _media_type(key)
        except (FileNotFoundError, ValueError):  # a key like ../a is none
            raise NoSuchFile(key) from None
        except (OSError, BaseError) as error:
            raise Unavailable from error

    async def delete(self, key: str) -> None:
        """Idempotent. Raises Unavailable."""
        try:
            await obstore.delete_async(self.store, key)
        except FileNotFoundError:
            return
        except (OSError, BaseError) as error:
            raise Unavailable from error

    async def keys(self, prefix: str) -> list[tuple[str, Instant]]:
        """Every key below a path, and when it was last written; sorted. Raises Unavailable."""
        try:
            found = await obstore.list(self.store, prefix=prefix).collect_async()
        except (OSError, BaseError) as error:
            raise Unavailable from error
        return sorted((one["path"], one["last_modified"].timestamp()) for one in found)


async def sweep_orphans(
    files: ObjectFiles, named: Callable[[], Awaitable[Set[str]]], now: Instant
) -> int:
    """Deletes files that nothing names, and says how many.

    A death between a file and its row, or between a row and the deletion of what it replaced,
    leaves one. ``named`` answers the keys of all that are named; it is asked after the listing,
    and a file is left alone while its upload may still be under way. Raises Unavailable.
    """
    old = [
        key
        for folder in FOLDERS
        for key, written_at in await files.keys(folder)
        if written_at < now - UPLOAD_SECONDS
    ]
    still_named = await named() if old else frozenset()
    orphans = [key for key in old if key not in still_named]
    for key in orphans:
        await files.delete(key)
    return len(orphans)


def _media_type(key: str) -> str:
    return MEDIA_TYPES.get(key.rpartition(".")[2], UNKNOWN_MEDIA_TYPE)
