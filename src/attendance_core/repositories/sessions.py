"""Keeps sessions. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import Instant, SessionId, UserId

if TYPE_CHECKING:
    from attendance_core.accounts import Session


class Sessions(Protocol):
    """Keeps credentials that were given out, by the hash of their secret."""

    def add(self, session: Session) -> None: ...

    def find(self, session_id: SessionId) -> Session | None: ...

    def by_cookie_of(self, user_id: UserId, limit: int | None = None) -> Sequence[Session]:
        """Lists those a person has by a cookie, expired ones too, the one used last first."""
        ...

    def by_host_of(self, user_id: UserId, limit: int | None = None) -> Sequence[Session]:
        """Lists those of a person that a host has opened, the one used last first."""
        ...

    def lapsed(self, created_until: Instant, limit: int) -> Sequence[SessionId]:
        """Lists those by a cookie, opened at ``created_until`` or before, the first ones first."""
        ...

    def idle(self, used_until: Instant, limit: int) -> Sequence[SessionId]:
        """Lists those of every kind but tokens, used last at ``used_until`` or before."""
        ...

    def lock(self, session_id: SessionId) -> None:
        """Has nobody remove it until the transaction ends; does nothing where there is none."""
        ...

    def note_use(self, session_id: SessionId, at: Instant) -> None:
        """Notes its latest use."""
        ...

    def remove(self, session_ids: Sequence[SessionId]) -> None:
        """Removes what there is; does nothing where there is none."""
        ...
