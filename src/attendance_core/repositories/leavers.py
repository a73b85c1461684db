"""Finds and erases what there is of who deletes their account. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from attendance_core.vocabulary import EventId, UserId


class Leavers(Protocol):
    """Finds and erases what there is of somebody who deletes their account. Decision 0025."""

    def organised_with_others(self, user_id: UserId, limit: int) -> Sequence[EventId]:
        """Lists up to ``limit`` events in which they help, or have a helper, in no order."""
        ...

    def with_more_than_entries(self, user_id: UserId, limit: int) -> Sequence[EventId]:
        """Lists up to ``limit`` events with more of this person than entries of the ledger.

        That is a place without an entry, a wait, a hold by or on them, or a socket. They are in no
        particular order.
        """
        ...

    def erase_some(self, user_id: UserId, limit: int) -> int:
        """Erases up to ``limit`` of their friendships and notes; answers how many that were.

        Those are friendships and requests, whoever asked, and the notes of their entries: of these
        there may be ten thousands, which `erase` would keep everybody waiting for.
        """
        ...

    def erase(self, user_id: UserId) -> None:
        """Erases all else that is theirs alone.

        That is their scan, friendships, sessions, browsers, the notes of their entries, and when
        they had a tick first.
        """
        ...
