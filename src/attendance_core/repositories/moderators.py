"""Keeps who judges scans. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import Instant, UserId

if TYPE_CHECKING:
    from attendance_core.profiles import Moderator


class Moderators(Protocol):
    """Keeps who judges scans."""

    def add(self, user_id: UserId, at: Instant) -> None:
        """Adds one who is none yet."""
        ...

    def remove(self, user_id: UserId) -> None:
        """Removes one; does nothing where they are none."""
        ...

    def has(self, user_id: UserId) -> bool: ...

    def lock(self, user_id: UserId) -> bool:
        """Tells whether they are one; nobody removes them until the transaction ends."""
        ...

    def listed(self) -> Sequence[Moderator]:
        """Lists all in the order they were added."""
        ...
