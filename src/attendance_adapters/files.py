"""Files in an object store: in a directory of this machine, or in a bucket of S3."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from attendance_adapters.media_types import check_media_type, media_type_of
from attendance_adapters.service_ports import StoredFile
from attendance_adapters.shown_address import shown_address
from attendance_core.errors import Unavailable
from attendance_core.ports import FileContent, FilePart, NoSuchFile, Transact

if TYPE_CHECKING:
    from obstore import GetOptions
    from obstore.store import ClientConfig, RetryConfig

    from attendance_adapters.in_memory import MemoryFiles

# Of a bucket; unless told otherwise a request is tried again for three minutes
RETRY_OPTIONS: Final[RetryConfig] = {"max_retries": 2, "retry_timeout": timedelta(seconds=3)}
CLIENT_OPTIONS: Final[ClientConfig] = {
    "allow_http": True,  # an endpoint of one's own may be on this very machine
    "connect_timeout": timedelta(seconds=2),
    "timeout": timedelta(seconds=10),
}


@dataclass(frozen=True, slots=True)
class ObjectFiles:
    """Keeps files in an object store; `ports.Files`, lists them, and is claimed."""

    store: LocalStore | S3Store
    address: str  # for people: where it is

    @classmethod
    def at(cls, url: str) -> ObjectFiles:
        """Opens the files at file:///path, or s3://bucket/prefix.

        A directory is made if there is none, a bucket is not. Who may use it, and at which
        endpoint it is, the environment says by the names all tools for S3 know (AWS_ACCESS_KEY_ID
        and so on). Raises ValueError for any other URL.
        """
        if url.startswith("file:///"):
            local = LocalStore.from_url(url, mkdir=True)
            return cls(local, str(local.prefix))
        if url.startswith("s3://"):
            try:
                bucket = S3Store.from_url(
                    url, client_options=CLIENT_OPTIONS, retry_config=RETRY_OPTIONS
                )
            except BaseError as error:
                raise ValueError(f"there is no bucket {url}: {one_line(error)}") from error
            return cls(bucket, url)
        raise ValueError(
            "files are kept at memory://, file:///path or s3://bucket/prefix, "
            f"not at {shown_address(url)}"
        )

    async def put(self, path: str, content: bytes, media_type: str) -> None:
        """Writes a file, whole or not at all.

        Raises ValueError where the path's extension says another media type, Unavailable.
        """
        check_media_type(path, media_type)
        try:
            await obstore.put_async(self.store, path, content)
        except (OSError, BaseError) as error:
            raise Unavailable from error

    async def get(self, path: str) -> FileContent:
        """Reads a file. Raises NoSuchFile, Unavailable."""
        try:
            file = await obstore.get_async(self.store, path)
            return FileContent(bytes(await file.bytes_async()), media_type_of(path))
        except (FileNotFoundError, ValueError):  # a path like ../a is none
            raise NoSuchFile(path) from None
        except (OSError, BaseError) as error:
            raise Unavailable from error

    async def get_part(self, path: str, start: int, limit: int) -> FilePart:
        """Reads some of a file, which has a byte there. Raises NoSuchFile, Unavailable."""
        try:
            options: GetOptions = {"range": (start, start + limit)}
            file = await obstore.get_async(self.store, path, options=options)
            return FilePart(bytes(await file.bytes_async()), file.meta["size"])
        except (FileNotFoundError, ValueError):
            raise NoSuchFile(path) from None
        except (OSError, BaseError) as error:
            raise Unavailable from error

    async def delete(self, path: str) -> None:
        """Deletes a file; idempotent. Raises Unavailable."""
        try:
            await obstore.delete_async(self.store, path)
        except FileNotFoundError:
            return
        except (OSError, BaseError) as error:
            raise Unavailable from error

    async def claim(self, transact: Transact) -> None:
        """Marks the folder as this database's. Raises CannotStart, Unavailable."""
        from attendance_adapters.folder_claim import claim_folder

        await claim_folder(self, transact)

    async def list_below(self, path: str) -> list[StoredFile]:
        """Lists the files below a path, sorted by path. Raises Unavailable."""
        try:
            objects = await obstore.list(self.store, prefix=path).collect_async()
        except (OSError, BaseError) as error:
            raise Unavailable from error
        return sorted(StoredFile(one["path"], one["last_modified"].timestamp()) for one in objects)


def files_at(url: str) -> MemoryFiles | ObjectFiles:
    """Opens the files at memory://, file:///path or s3://bucket/prefix. Raises ValueError."""
    if url == "memory://":
        from attendance_adapters.in_memory import MemoryFiles

        return MemoryFiles()
    return ObjectFiles.at(url)


def one_line(error: BaseException) -> str:
    """Says in one line what went wrong with an object store."""
    return str(error).partition("\n")[0]
