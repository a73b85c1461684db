"""The time of day, and ids by chance."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from attendance_core.vocabulary import EventCode, FileKey, Instant


class Clock(Protocol):
    """Tells the time of day; UNIX seconds."""

    def now(self) -> Instant: ...


class Ids(Protocol):
    """Makes ids and secrets by chance, so that none can be guessed."""

    def event_id(self) -> UUID: ...
    def event_code(self) -> EventCode:
        """Makes one that some event may have already."""
        ...

    def recovery_code(self) -> str:
        """Makes one that may begin as another does; its letters are those of codes of events."""
        ...

    def connection_id(self) -> UUID: ...
    def process_id(self) -> UUID: ...
    def token_id(self) -> UUID: ...
    def token(self) -> str:
        """Makes a secret of 256 bits, safe in a cookie and a URL."""
        ...

    def file_key(self, extension: str) -> FileKey: ...
    def scan_id(self) -> UUID: ...
