"""What a SQL database knows of itself."""

from __future__ import annotations

from sqlalchemy import select

from attendance_adapters.sql.executor import Executor
from attendance_adapters.sql.tables import ONLY_ROW, installation
from attendance_adapters.sql.upserts import add_or_leave

FIND_ID = select(installation.c.database_id)
# Waits for whoever adds it at the same time, whose id is then found
ADD_ID = add_or_leave(installation, [installation.c.number])


class Installation:
    """Keeps the id of the database; `repositories.Installation`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute

    def database_id(self, new_id: str) -> str:
        if (row := self._execute(FIND_ID).one_or_none()) is None:
            self._execute(ADD_ID, {"number": ONLY_ROW, "database_id": new_id})
            row = self._execute(FIND_ID).one_or_none()
        assert row is not None
        (database_id,) = row
        return str(database_id)
