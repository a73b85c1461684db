"""The board of an event, watched by its link as a second screen does. Contract: WatchAttendance."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Condition, Thread
from typing import Any, Final

from attendance_core.vocabulary import Seconds
from attendance_web.demo.client import EventLines, Visitor

PATH: Final = "/api/events/WatchAttendance"
COUNTED: Final = ("joined", "waiting", "held", "marked", "participants")


class Board:
    """Holds what a screen was told: how often, and what last."""

    def __init__(self, lines: EventLines) -> None:
        self.told_count = 0
        self.last: dict[str, Any] | None = None
        self._changed = Condition()
        self._lines = lines

    def wait_until_shown(self, counts: Mapping[str, int], within: Seconds) -> None:
        """Waits until it shows these, or so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._shows(counts), within)

    def read(self) -> None:
        """Reads until it is closed."""
        with suppress(OSError, ValueError):
            for line in self._lines:
                if line.startswith(b'data: {"joined"'):
                    with self._changed:
                        self.last = json.loads(line.removeprefix(b"data: "))
                        self.told_count += 1
                        self._changed.notify_all()

    def _shows(self, counts: Mapping[str, int]) -> bool:
        last = self.last
        return last is not None and all(last[each] == counts[each] for each in COUNTED)


@contextmanager
def watched(creator: Visitor, stranger: Visitor, event_id: str) -> Iterator[Board]:
    """Makes the link, and has somebody watch by it who is not logged in. Raises CallFailed."""
    link = creator.post("/api/events/MakeBoardLink", event_id=event_id)["url"]
    with stranger.lines(PATH, authorization=f"Board {link.partition('#')[2]}") as lines:
        board = Board(lines)
        reader = Thread(target=board.read, name="board", daemon=True)
        reader.start()
        try:
            yield board
        finally:
            lines.close()
            reader.join()
