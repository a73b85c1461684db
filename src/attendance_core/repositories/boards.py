"""Keeps the links of boards. See the package."""

from __future__ import annotations

from typing import Protocol

from attendance_core.vocabulary import BoardId, EventId


class Boards(Protocol):
    """Keeps the link that an event's board has, by the hash of its secret; it goes with the event.

    Whom such a link lets watch is in `Admissions`.
    """

    def put(self, event_id: EventId, board_id: BoardId) -> None:
        """Has an event, which is locked, have this link, and no other."""
        ...

    def remove(self, event_id: EventId) -> None:
        """Removes the one it has; does nothing where there is none."""
        ...
