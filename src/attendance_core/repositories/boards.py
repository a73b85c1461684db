"""Keeps the links of boards. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import BoardId, EventId, SessionId

if TYPE_CHECKING:
    from attendance_core.attendance import Admission


class Boards(Protocol):
    """Keeps the link that an event's board has, by the hash of its secret; it goes with the event.

    It finds whoever may watch, too.
    """

    def put(self, event_id: EventId, board_id: BoardId) -> None:
        """Has an event, which is locked, have this link, and no other."""
        ...

    def remove(self, event_id: EventId) -> None:
        """Removes the one it has; does nothing where there is none."""
        ...

    def admissions_by_link(self, board_ids: Sequence[BoardId]) -> Sequence[Admission]:
        """Finds those of these links that there are, whether or not they have ended."""
        ...

    def admissions_by_session(
        self, session_ids: Sequence[SessionId], event_ids: Sequence[EventId]
    ) -> Sequence[Admission]:
        """Finds those of these sessions, in pairs with events, whose people organise the event.

        Others of these sessions and events may be among what it answers, where that is so of them.
        """
        ...
