"""Keeps friendships. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from attendance_core.vocabulary import UserId

if TYPE_CHECKING:
    from attendance_core.friends import Friend, Friendship
    from attendance_core.pieces import ListQuery


class Friendships(Protocol):
    """Keeps one row for a pair of people, whoever asked."""

    def lock(self, one: UserId, other: UserId) -> Friendship | None:
        """Finds it, in either order; nobody else changes it until the transaction ends."""
        ...

    def add(self, friendship: Friendship) -> None:
        """Adds that of a pair that has none. Raises PersonNotFound."""
        ...

    def put(self, friendship: Friendship) -> None:
        """Replaces that of a pair that has one."""
        ...

    def remove(self, one: UserId, other: UserId) -> None:
        """Removes it, in either order; does nothing where there is none."""
        ...

    def friends_of(self, user_id: UserId, query: ListQuery[Friend]) -> Sequence[Friend]:
        """Lists friends, and those this person has asked (pending); by display name, then id."""
        ...

    def requests_to(self, user_id: UserId, query: ListQuery[Friendship]) -> Sequence[Friendship]:
        """Lists requests that wait for this person's answer, oldest first, then by requester."""
        ...
