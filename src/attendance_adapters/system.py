"""The machine's clock and its chance."""

from __future__ import annotations

import secrets
import time
import uuid

from attendance_core.vocabulary import FileKey, Instant

TOKEN_BYTES = 32  # 256 bits
FILE_KEY_BYTES = 16  # as many as an id


class SystemClock:
    """`ports.Clock` of this machine."""

    def now(self) -> Instant:
        """UNIX seconds, rounded to the microseconds that every store keeps."""
        return round(time.time(), 6)


class RandomIds:
    """`ports.Ids` from the operating system's random source."""

    def event_id(self) -> uuid.UUID:
        """A random UUID."""
        return uuid.uuid4()

    def connection_id(self) -> uuid.UUID:
        """A random UUID."""
        return uuid.uuid4()

    def process_id(self) -> uuid.UUID:
        """A random UUID."""
        return uuid.uuid4()

    def token(self) -> str:
        """256 bits in the letters of a URL."""
        return secrets.token_urlsafe(TOKEN_BYTES)

    def file_key(self, extension: str) -> FileKey:
        """128 bits in hex, a dot and the extension."""
        return FileKey(f"{secrets.token_hex(FILE_KEY_BYTES)}.{extension}")
