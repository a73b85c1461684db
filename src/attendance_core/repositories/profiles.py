"""Keeps what people show of themselves, and their scans. See the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from attendance_core.vocabulary import UserId

if TYPE_CHECKING:
    from attendance_core.marking.terms import Terms
    from attendance_core.profiles import Confirmation, ConfirmationScan, Profile, ProfileSummary


class Shown(NamedTuple):
    """What is shown of a person who is looked at by themselves."""

    profile: Profile
    confirmation: Confirmation
    karma: int


class Profiles(Protocol):
    """Keeps what people show of themselves."""

    def add(self, profile: Profile) -> None: ...

    def get(self, user_id: UserId) -> Profile:
        """Reads the profile of a person. Raises PersonNotFound."""
        ...

    def shown(self, user_id: UserId, terms: Terms) -> Shown:
        """Reads all that is shown of a person. Raises PersonNotFound."""
        ...

    def lock(self, user_id: UserId) -> Profile:
        """Gets it; nobody else changes it until the transaction ends."""
        ...

    def put(self, profile: Profile) -> None:
        """Replaces the profile of a person who has one."""
        ...

    def search(self, part: str, limit: int, offset: int) -> Sequence[Profile]:
        """Finds those whose display name has each word of the folded part; by name, then id."""
        ...

    def summaries(self, user_ids: Sequence[UserId]) -> Sequence[ProfileSummary]:
        """Reads those who exist, with their tick, in no particular order; one query."""
        ...


class Scans(Protocol):
    """Keeps scans of student records: at most one a person."""

    def find(self, user_id: UserId) -> ConfirmationScan | None: ...

    def lock(self, user_id: UserId) -> ConfirmationScan | None:
        """Finds it; nobody else changes it until the transaction ends."""
        ...

    def put(self, scan: ConfirmationScan) -> None:
        """Adds it, or replaces the person's earlier one.

        With the first that is approved they have had the tick, for ever. Contract: 8.3.
        """
        ...

    def pending(self) -> Sequence[ConfirmationScan]:
        """Lists those nobody has judged yet, oldest first."""
        ...
