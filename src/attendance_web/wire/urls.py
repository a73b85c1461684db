"""Addresses of ours that answers and frames tell."""

from __future__ import annotations

from typing import Final

from attendance_core.vocabulary import FileKey

PICTURES: Final = "/pictures"
DEFAULT_KEY: Final = "default.svg"  # of the picture of one who has set none


def picture_url(key: FileKey | None) -> str:
    """Tells where a picture is to be had, also that of one who has set none."""
    return f"{PICTURES}/{DEFAULT_KEY if key is None else key}"
