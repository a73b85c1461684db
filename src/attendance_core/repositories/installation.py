"""Keeps what a database knows of itself. See the package."""

from __future__ import annotations

from typing import Protocol


class Installation(Protocol):
    """Keeps what a database knows of itself."""

    def database_id(self, new_id: str) -> str:
        """Reads its id, the same for ever; gives it ``new_id`` where it has none yet."""
        ...
