"""Keeps what people show of themselves. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from attendance_core.vocabulary import UserId

if TYPE_CHECKING:
    from attendance_core.marking.terms import Terms
    from attendance_core.profiles import Confirmation, Profile, ProfileSummary, ScanReason


class Shown(NamedTuple):
    """All that is shown of a person: others are shown less than they are themselves.

    ``reason`` and ``note`` are those of their scan.
    """

    profile: Profile
    confirmation: Confirmation
    karma: int
    reason: ScanReason | None
    note: str | None


class Profiles(Protocol):
    """Keeps what people show of themselves."""

    def add(self, profile: Profile) -> None: ...

    def get(self, user_id: UserId) -> Profile:
        """Reads the profile of a person. Raises PersonNotFound, also where they are deleted."""
        ...

    def get_even_deleted(self, user_id: UserId) -> Profile:
        """Reads what is left of a person, deleted or not. Raises PersonNotFound."""
        ...

    def lock_shared(self, user_ids: Sequence[UserId]) -> None:
        """Has none of these people delete their account until the transaction ends.

        Raises PersonNotFound as `get`.
        """
        ...

    def shown(self, user_id: UserId, terms: Terms) -> Shown:
        """Reads all that is shown of a person, deleted or not. Raises PersonNotFound."""
        ...

    def lock(self, user_id: UserId) -> Profile:
        """Gets it as `get` does; nobody else changes it until the transaction ends."""
        ...

    def put(self, profile: Profile) -> None:
        """Replaces the profile of a person who has one; with an empty name they are deleted."""
        ...

    def search(self, folded_part: str, limit: int, offset: int) -> Sequence[Profile]:
        """Finds those whose display name has each word of the folded part; by name, then id."""
        ...

    def summaries(self, user_ids: Sequence[UserId]) -> Sequence[ProfileSummary]:
        """Reads those who exist, deleted or not, with their tick, by one query.

        They are in no particular order.
        """
        ...
