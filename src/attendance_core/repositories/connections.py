"""Keeps sockets. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import ConnectionId, EventId, Instant, SessionId, UserId

if TYPE_CHECKING:
    from attendance_core.marking.connections import Connection


class Connections(Protocol):
    """Keeps open and lately lost sockets, each with what is known of its process."""

    def add(self, connection: Connection) -> None: ...

    def find(self, connection_id: ConnectionId) -> Connection | None: ...

    def of(
        self, event_id: EventId, user_id: UserId, limit: int | None = None
    ) -> Sequence[Connection]:
        """Lists those of one person in one event.

        With a limit open ones first, then those that were lost last.
        """
        ...

    def of_other_markers(
        self, event_id: EventId, excluded: Sequence[UserId], limit: int
    ) -> Sequence[Connection]:
        """Lists ``marking`` ones of all but ``excluded`` and those who wait or are held.

        Open ones first, then those that were lost last.
        """
        ...

    def marking(self, event_id: EventId) -> Sequence[Connection]:
        """Lists the ``marking`` sockets of an event, lost ones too, in no particular order."""
        ...

    def of_sessions(
        self, session_ids: Sequence[SessionId], limit: int | None = None
    ) -> Sequence[Connection]:
        """Lists what was opened with these, in whatever event; with a limit, some of it."""
        ...

    def lose(self, connection_ids: Sequence[ConnectionId], at: Instant) -> None:
        """Notes when they were lost; idempotent, the first instant stays."""
        ...

    def remove(self, connection_ids: Sequence[ConnectionId]) -> None:
        """Removes what there is; does nothing where there is none."""
        ...

    def lapsed(
        self, lost_until: Instant, renewed_until: Instant | None, limit: int
    ) -> Sequence[Connection]:
        """Lists those lost at ``lost_until`` or before.

        And, where ``renewed_until`` is given, those not lost themselves whose process renewed its
        lease last then or before.
        """
        ...
