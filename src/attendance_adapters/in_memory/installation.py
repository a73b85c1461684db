"""What the tables in memory know of themselves."""

from __future__ import annotations

from attendance_adapters.in_memory.tables import Tables


class Installation:
    """Keeps the id of the database; `repositories.Installation`."""

    def __init__(self, tables: Tables) -> None:
        self._installation = tables.installation

    def database_id(self, new_id: str) -> str:
        if "database_id" not in self._installation:
            self._installation["database_id"] = new_id
        return self._installation["database_id"]
