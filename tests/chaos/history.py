"""What everybody was told and what was done to them, in the order in which it happened.

One process plays all people, so that there is one order and one clock. The checker reads this and
the store, and nothing else of a run.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One thing that happened; ``at`` in UNIX seconds.

    ``what`` is `opening`, `opened`, `turned_away`, `sent`, `heard`, `goodbye`, `given_up`, `closed`
    of a socket, `called` and `answered` of a call, `serves`, `ended` and `logged` of a process,
    `fault` of the adversary, `lag` of the machine; and of the end, when faults have stopped,
    `calm`, `look` and `kept`, what the store says, and `roll_call`.
    """

    at: float
    what: str
    person: int = 0
    event: str = ""
    socket: int = 0
    data: dict[str, Any] = field(default_factory=dict)


class History:
    """Grows while people act; JSON lines in a file as well, where one is given."""

    def __init__(self, file: Path | None = None) -> None:
        self.items: list[HistoryItem] = []
        self._file = None if file is None else file.open("a", encoding="utf-8")

    def add(
        self, what: str, *, person: int = 0, event: str = "", socket: int = 0, **data: Any
    ) -> HistoryItem:
        """Notes that something has happened now."""
        item = HistoryItem(time.time(), what, person, event, socket, data)
        self.items.append(item)
        if self._file is not None:
            self._file.write(json.dumps(asdict(item)) + "\n")
        return item

    def cut(self) -> list[HistoryItem]:
        """Takes all since the last cut; what comes now belongs to the next part."""
        items, self.items = self.items, []
        if self._file is not None:
            self._file.flush()
        return items

    def close(self) -> None:
        """Lets go of the file."""
        if self._file is not None:
            self._file.close()
