"""Ports made simple, for tests of use cases that need no slow hash, decoder or disk."""

from __future__ import annotations

from dataclasses import dataclass, field

from attendance_core.errors import BadPicture
from attendance_core.ports import NoSuchFile, Picture


@dataclass
class QuickPasswords:
    """Counts how often it was asked to verify, since that is what takes time."""

    verified: list[str | None] = field(default_factory=list)

    async def hash(self, password: str) -> str:
        return f"hash of {password}"

    async def verify(self, hashed: str | None, password: str) -> bool:
        self.verified.append(hashed)
        return hashed == f"hash of {password}"

    def is_common(self, password: str) -> bool:
        return password == "password"


class PlainPictures:
    """A picture is whatever begins with ``picture``."""

    async def clean(self, data: bytes, *, max_side: int | None) -> Picture:
        if not data.startswith(b"picture"):
            raise BadPicture
        return Picture(b"clean " + data + str(max_side).encode(), "image/jpeg", "jpg")


@dataclass
class DictFiles:
    """Files in a dict."""

    kept: dict[str, bytes] = field(default_factory=dict)

    async def put(self, key: str, content: bytes, media_type: str) -> None:
        self.kept[key] = content

    async def get(self, key: str) -> tuple[bytes, str]:
        if key not in self.kept:
            raise NoSuchFile(key)
        return self.kept[key], "image/jpeg"

    async def delete(self, key: str) -> None:
        self.kept.pop(key, None)
