"""What the processes log, as far as it is more than their daily work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

UNREMARKABLE: Final = frozenset({"debug", "info"})


class Log:
    """A file that processes write to one after another, read as it grows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._offset = 0  # bytes that were read

    def read_remarkable(self) -> Iterator[dict[str, Any]]:
        """Reads each whole line since the last time that is a warning or worse, or none of ours."""
        if not self.path.exists():
            return
        with self.path.open("rb") as file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    break  # it is being written
                self._offset += len(line)
                told = _parsed(line.decode("utf-8", "replace").rstrip())
                if told["level"] not in UNREMARKABLE:
                    yield told


def _parsed(line: str) -> dict[str, Any]:
    """Reads level, text and the last line of a traceback; level "" where it is no JSON."""
    try:
        fields = json.loads(line)
    except ValueError:
        return {"level": "", "text": line, "traceback": ""}  # nobody knows of when
    return {
        "level": fields["level"],
        "text": fields["event"],
        "traceback": fields.get("exception", "").strip().rpartition("\n")[2].strip(),
        "message": fields.get("message", ""),
        "logged_at": datetime.fromisoformat(fields["timestamp"]).timestamp(),
    }
