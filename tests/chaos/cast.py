"""Whom a bystander plays: people who are logged in, and the events they are in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

PASSWORD: Final = "correct horse battery"


@dataclass(frozen=True)
class Pairing:
    """Two people of one event, by their sessions' tokens: one waits, and the other marks."""

    event_id: str
    marker_token: str
    asker_token: str
    asker_id: int


@dataclass(frozen=True)
class Cast:
    """Whom a bystander plays."""

    to_hold: Sequence[Pairing]  # whose asker is held and given back, again and again
    opener_token: str  # who opens sockets
    opener_event_id: str
    reader_token: str  # who reads a profile
    reader_id: int
    to_mark: Sequence[Pairing]  # whose asker is marked once
    username: str  # of somebody who logs in with PASSWORD

    def write(self, path: Path) -> None:
        """Writes it down for another process to read."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> Cast:
        """Reads what `write` wrote."""
        given = json.loads(path.read_text())
        pairings = {
            name: [Pairing(**each) for each in given[name]] for name in ("to_hold", "to_mark")
        }
        return cls(**{**given, **pairings})
