"""The links of boards in SQL."""

from __future__ import annotations

from sqlalchemy import Uuid, bindparam, delete, insert

from attendance_adapters.sql.executor import Executor
from attendance_adapters.sql.tables import boards
from attendance_core.vocabulary import BoardId, EventId

ADD_BOARD = insert(boards)
REMOVE_BOARD = delete(boards).where(boards.c.event_id == bindparam("event_id", type_=Uuid))


class Boards:
    """Keeps the links of boards; `repositories.Boards`."""

    def __init__(self, executor: Executor) -> None:
        self._send = executor.send

    def put(self, event_id: EventId, board_id: BoardId) -> None:
        self.remove(event_id)
        self._send(ADD_BOARD, {"event_id": event_id, "board_id": board_id})

    def remove(self, event_id: EventId) -> None:
        self._send(REMOVE_BOARD, {"event_id": event_id})
