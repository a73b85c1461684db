"""The files of the page as they lie there, and the version that all of them make."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attendance_core.version import __version__

FOLDER: Final = Path(__file__).parent / "static"
VERSION_LETTERS: Final = 12  # of a SHA-256 in hexadecimal: no other contents have them by chance
MEDIA_TYPES: Final = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}


def contents_of(folder: Path) -> dict[str, bytes]:
    """Reads the files of a folder by their path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix in MEDIA_TYPES
    }


def version_of(contents: Mapping[str, bytes]) -> str:
    """Makes a version of all contents: a change of any of them changes it."""
    hasher = hashlib.sha256()
    for name, content in contents.items():
        hasher.update(f"{name} {len(content)} ".encode() + content)
    return hasher.hexdigest()[:VERSION_LETTERS]


# Contract: 1.9. The page changes more often than the service is given a number
VERSION: Final = f"{__version__}+{version_of(contents_of(FOLDER))}"
