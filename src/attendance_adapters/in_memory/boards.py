"""The links of boards, in dicts."""

from __future__ import annotations

from attendance_adapters.in_memory.tables import Tables
from attendance_core.vocabulary import BoardId, EventId


class Boards:
    """Keeps links; `repositories.Boards`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def put(self, event_id: EventId, board_id: BoardId) -> None:
        self._tables.boards[event_id] = board_id

    def remove(self, event_id: EventId) -> None:
        if event_id in self._tables.boards:
            del self._tables.boards[event_id]
