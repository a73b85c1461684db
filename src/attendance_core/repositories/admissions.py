"""Finds what lets somebody watch an event. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import BoardId, EventId, SessionId

if TYPE_CHECKING:
    from attendance_core.attendance import Admission


class Admissions(Protocol):
    """Finds the sessions and the links of boards that let somebody watch an event."""

    def by_link(self, board_ids: Sequence[BoardId]) -> Sequence[Admission]:
        """Finds those of these links that there are, whether or not they have ended."""
        ...

    def by_session(self, pairs: Sequence[tuple[SessionId, EventId]]) -> Sequence[Admission]:
        """Finds those of these sessions, each with an event, whose people organise that event.

        Others of these sessions and events may be among what it answers, where that is so of them.
        """
        ...
