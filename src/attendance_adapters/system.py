"""The machine's clock, and its source of random ids and secrets."""

from __future__ import annotations

import secrets
import time
import uuid

from attendance_core.events import CODE_LENGTH, CODE_LETTERS
from attendance_core.recovery import RECOVERY_CODE_LENGTH
from attendance_core.vocabulary import EventCode, FileKey, Instant

TOKEN_BYTES = 32  # 256 bits
FILE_KEY_BYTES = 16  # 128 bits, as many as an id


class SystemClock:
    """Tells the time of this machine; a `ports.Clock`."""

    def now(self) -> Instant:
        """Returns UNIX seconds, rounded to the microseconds that every store keeps."""
        return round(time.time(), 6)


class RandomIds:
    """Makes ids and secrets from the operating system's random source; `ports.Ids`."""

    def event_id(self) -> uuid.UUID:
        """Makes a random UUID."""
        return uuid.uuid4()

    def event_code(self) -> EventCode:
        """Makes a code by chance."""
        return EventCode(_draw_letters(CODE_LENGTH))

    def recovery_code(self) -> str:
        """Makes a code by chance."""
        return _draw_letters(RECOVERY_CODE_LENGTH)

    def connection_id(self) -> uuid.UUID:
        """Makes a random UUID."""
        return uuid.uuid4()

    def process_id(self) -> uuid.UUID:
        """Makes a random UUID."""
        return uuid.uuid4()

    def token_id(self) -> uuid.UUID:
        """Makes a random UUID."""
        return uuid.uuid4()

    def token(self) -> str:
        """Makes a secret of 256 bits, in characters that a URL may have."""
        return secrets.token_urlsafe(TOKEN_BYTES)

    def file_key(self, extension: str) -> FileKey:
        """Makes a name of 128 bits in hex, a dot and the extension."""
        return FileKey(f"{secrets.token_hex(FILE_KEY_BYTES)}.{extension}")

    def scan_id(self) -> uuid.UUID:
        """Makes a random UUID."""
        return uuid.uuid4()


def _draw_letters(count: int) -> str:
    """Draws each by itself, of those that a code may have."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(count))
