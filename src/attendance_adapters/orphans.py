"""Deletes files that no row refers to any more, or never did."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Set

from attendance_adapters.service_ports import ListedFiles
from attendance_core.profiles import picture_file_path, scan_file_path
from attendance_core.vocabulary import FileKey, Instant

FOLDERS = (picture_file_path(FileKey("")), scan_file_path(FileKey("")))
OUR_NAME = re.compile(r"[0-9a-f]{32}\.(?:jpg|png|webp)")  # as `RandomIds` makes one
UPLOAD_SECONDS = 3600  # far more than an upload takes from its file to its row


async def delete_orphans(
    files: ListedFiles, list_referenced: Callable[[], Awaitable[Set[str]]], now: Instant
) -> int:
    """Deletes files of ours that no row refers to, and returns how many.

    A process that dies between writing a file and its row, or between writing a row and deleting
    the file it replaced, leaves one. ``list_referenced`` returns the paths that rows refer to; it
    is called after the files are listed, and a file stays while its upload may still be under
    way. Raises Unavailable.
    """
    old_paths = [
        file.path
        for folder in FOLDERS
        for file in await files.list_below(folder)
        if file.written_at < now - UPLOAD_SECONDS and OUR_NAME.fullmatch(file.path, len(folder))
    ]
    referenced = await list_referenced() if old_paths else frozenset()
    orphans = [path for path in old_paths if path not in referenced]
    for path in orphans:
        await files.delete(path)
    return len(orphans)
