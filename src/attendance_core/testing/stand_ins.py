"""Ports made simple, for tests that need no slow hash, decoder or disk."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from attendance_core.errors import BadPicture
from attendance_core.events import CODE_LENGTH, CODE_LETTERS
from attendance_core.marking.announcements import Announcement
from attendance_core.ports import FileContent, FilePart, Listener, NoSuchFile, Picture
from attendance_core.recovery import RECOVERY_CODE_LENGTH
from attendance_core.vocabulary import EventCode, EventId, FileKey, UserId


def numbered_code(number: int) -> EventCode:
    """Makes as many different ones as there are codes."""
    letters = []
    for _ in range(CODE_LENGTH):
        number, last = divmod(number, len(CODE_LETTERS))
        letters.append(CODE_LETTERS[last])
    return EventCode("".join(reversed(letters)))


def any_code() -> EventCode:
    """Draws one that no other event of a test has, all but certainly."""
    return EventCode("".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)))


@dataclass
class CountedIds:
    """Makes ids in the order of asking."""

    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def _next(self) -> UUID:
        return UUID(int=next(self.numbers))

    def event_id(self) -> UUID:
        return self._next()

    connection_id = process_id = scan_id = token_id = event_id

    def event_code(self) -> EventCode:
        return numbered_code(next(self.numbers))

    def recovery_code(self) -> str:
        # Those that follow one another begin otherwise
        return f"{numbered_code(next(self.numbers))[::-1]:2<{RECOVERY_CODE_LENGTH}}"

    def token(self) -> str:
        return f"token-{next(self.numbers)}"

    def file_key(self, extension: str) -> FileKey:
        return FileKey(f"{next(self.numbers)}.{extension}")


def any_ids() -> CountedIds:
    """Makes ids that nobody else has, all but certainly."""
    return CountedIds(itertools.count(secrets.randbits(60)))


class PlainPasswords:
    """Hashes as safely as it is fast: for people who do not exist."""

    async def hash(self, password: str) -> str:
        return f"hash of {password}"

    async def verify(self, hashed: str | None, password: str) -> bool:
        return hashed == f"hash of {password}"

    def is_common(self, password: str) -> bool:
        return password == "password"

    def close(self) -> None:
        """Has nothing to end."""


@dataclass
class NotingPasswords(PlainPasswords):
    """Notes what it was asked to verify, and to hash, since that is what takes time."""

    verified: list[str | None] = field(default_factory=list)
    hashed: list[str] = field(default_factory=list)

    async def hash(self, password: str) -> str:
        self.hashed.append(password)
        return await super().hash(password)

    async def verify(self, hashed: str | None, password: str) -> bool:
        self.verified.append(hashed)
        return await super().verify(hashed, password)


class PrefixedPictures:
    """Takes whatever begins with ``picture`` for one."""

    async def clean(self, data: bytes, *, owner: UserId, max_side: int) -> Picture:
        if not data.startswith(b"picture"):
            raise BadPicture
        return Picture(b"clean " + data + str(max_side).encode(), "image/jpeg", "jpg")


@dataclass
class DictFiles:
    """Keeps files in a dict."""

    kept: dict[str, bytes] = field(default_factory=dict)

    async def put(self, path: str, content: bytes, media_type: str) -> None:
        self.kept[path] = content

    async def get(self, path: str) -> FileContent:
        if path not in self.kept:
            raise NoSuchFile(path)
        return FileContent(self.kept[path], "image/jpeg")

    async def get_part(self, path: str, start: int, limit: int) -> FilePart:
        content = (await self.get(path)).content
        return FilePart(content[start : start + limit], len(content))

    async def delete(self, path: str) -> None:
        self.kept.pop(path, None)


class UnchangedPictures:
    """Takes every upload for a PNG that is clean already."""

    async def clean(self, data: bytes, *, owner: UserId, max_side: int) -> Picture:
        return Picture(data, "image/png", "png")


class PlainNotifier:
    """Carries announcements to listeners in this process, at once; loses none."""

    def __init__(self) -> None:
        self._by_event: dict[EventId, list[Listener]] = {}

    def publish(self, announcement: Announcement) -> None:
        for listener in tuple(self._by_event.get(announcement.event_id, ())):
            listener(announcement)

    async def subscribe(self, event_id: EventId, listener: Listener) -> Callable[[], None]:
        listeners = self._by_event.setdefault(event_id, [])
        listeners.append(listener)
        return lambda: listeners.remove(listener) if listener in listeners else None


class ManualStopwatch:
    """Stands until a test sets it; counts in seconds."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at
