"""The media types of what is kept in files, by the extension that a path ends with."""

from __future__ import annotations

from typing import Final

from attendance_core.ports import MEDIA_TYPES

UNKNOWN_MEDIA_TYPE: Final = "application/octet-stream"


def media_type_of(path: str) -> str:
    """Answers the media type of a file; stores of files need not keep it."""
    return MEDIA_TYPES.get(path.rpartition(".")[2], UNKNOWN_MEDIA_TYPE)


def check_media_type(path: str, media_type: str) -> None:
    """Raises ValueError where the path's extension says another media type."""
    if media_type != media_type_of(path):
        raise ValueError(f"{path!r} is not the name of {media_type}")
