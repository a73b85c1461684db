"""A zip that is written as a stream: nobody has all of it at once."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from attendance_core.vocabulary import Instant

# Of a zip's end: its list of files, and what the compressor has kept back
END_BYTES: Final = 64 * 1024
READABLE: Final = 0o600 << 16  # the mode of each file, as Unix has it


class ZipStream:
    """Makes a zip of files that come one after another, piece by piece.

    What was written is to be taken from time to time; no more of it than that is in memory.
    """

    def __init__(self, at: Instant, max_bytes: int) -> None:
        self._sink = _Sink()
        self._zip = ZipFile(self._sink, "w", ZIP_DEFLATED)
        self._file: IO[bytes] | None = None
        self._written_at = datetime.fromtimestamp(int(at), UTC).timetuple()[:6]
        self._max_bytes = max_bytes

    def has_room_for(self, size: int) -> bool:
        """Tells whether so much more fits in beside the end, however badly it compresses."""
        max_added = size + size // 1000 + END_BYTES  # what cannot be compressed grows a little
        return self._sink.size + max_added <= self._max_bytes

    def begin(self, name: str) -> None:
        """Begins a file; the one before has ended."""
        described = ZipInfo(name, self._written_at)
        described.compress_type, described.external_attr = ZIP_DEFLATED, READABLE
        self._file = self._zip.open(described, "w")

    def write(self, data: bytes) -> None:
        """Adds to the file that was begun; it may be called in a thread."""
        assert self._file is not None, "begin one"
        self._file.write(data)

    def end(self) -> None:
        """Ends the file that was begun."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def finish(self) -> None:
        """Ends the zip."""
        self.end()
        self._zip.close()

    def drop(self) -> None:
        """Lets go of a zip that nobody waits for any more; idempotent, also of one that ended."""
        with suppress(ValueError):
            self.finish()

    def take(self) -> bytes:
        """Takes what was written since the last time."""
        return self._sink.take()


class _Sink:
    """Takes what a zip writes, which can neither go back nor tell where it is."""

    def __init__(self) -> None:
        self.size = 0  # of all that was written
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self._written.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def take(self) -> bytes:
        taken = b"".join(self._written)
        self._written.clear()
        return taken
