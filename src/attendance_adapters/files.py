"""Files in an object store: in memory, or in a directory of this machine."""

from __future__ import annotations

from dataclasses import dataclass

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore

from attendance_core.errors import Unavailable
from attendance_core.ports import NoSuchFile
from attendance_core.vocabulary import Instant

# By a key's extension, since a local directory keeps no media types
MEDIA_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
UNKNOWN_MEDIA_TYPE = "application/octet-stream"


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


def _media_type(key: str) -> str:
    return MEDIA_TYPES.get(key.rpartition(".")[2], UNKNOWN_MEDIA_TYPE)
