"""Keeps the links by which people set a new password. See the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import Instant, ResetId, UserId

if TYPE_CHECKING:
    from attendance_core.recovery import ResetLink


class ResetLinks(Protocol):
    """Keeps the link that somebody has for a new password, by the hash of its secret."""

    def put(self, link: ResetLink) -> None:
        """Has its person, whose account is locked, have this link and no other."""
        ...

    def find(self, reset_id: ResetId, *, made_after: Instant) -> ResetLink | None:
        """Returns that of this secret, None where it is older or there is none."""
        ...

    def remove(self, user_id: UserId) -> None:
        """Removes that of somebody whose account is locked; does nothing where there is none."""
        ...

    def remove_expired(self, made_until: Instant) -> None:
        """Forgets those that were made at ``made_until`` or before."""
        ...
