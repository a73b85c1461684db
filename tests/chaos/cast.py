"""Whom a bystander plays: people who are logged in, and the events they are in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

PASSWORD: Final = "correct horse battery"


@dataclass(frozen=True)
class Room:
    """An event where one person waits and another marks, each by their session's token."""

    event_id: str
    marker: str
    asker: str
    asker_id: int


@dataclass(frozen=True)
class Cast:
    """Whom a bystander plays."""

    rooms: Sequence[Room]
    opener: str
    opener_event_id: str
    reader: str
    reader_id: int
    pairs: Sequence[Room]  # whose asker is marked once
    username: str  # of somebody who logs in with PASSWORD

    def write(self, path: Path) -> None:
        """For another process to read."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> Cast:
        """What `write` wrote."""
        given = json.loads(path.read_text())
        rooms = {name: [Room(**each) for each in given[name]] for name in ("rooms", "pairs")}
        return cls(**{**given, **rooms})
