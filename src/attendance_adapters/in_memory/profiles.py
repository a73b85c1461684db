"""Profiles in dicts."""

from __future__ import annotations

from collections.abc import Sequence

from attendance_adapters.in_memory.ledger import Ledger
from attendance_adapters.in_memory.tables import Tables
from attendance_core.errors import PersonNotFound
from attendance_core.folding import is_found, name_order
from attendance_core.marking.terms import Terms
from attendance_core.profiles import (
    Confirmation,
    Profile,
    ProfileSummary,
    group_of,
)
from attendance_core.repositories import Shown
from attendance_core.vocabulary import UserId


class Profiles:
    """Keeps profiles; `repositories.Profiles`."""

    def __init__(self, tables: Tables) -> None:
        self._profiles = tables.profiles
        self._scans = tables.scans
        self._ledger = Ledger(tables)

    def add(self, profile: Profile) -> None:
        self._profiles[profile.user_id] = profile

    def get(self, user_id: UserId) -> Profile:
        profile = self.get_even_deleted(user_id)
        if profile.is_deleted:
            raise PersonNotFound
        return profile

    def get_even_deleted(self, user_id: UserId) -> Profile:
        if user_id not in self._profiles:
            raise PersonNotFound
        return self._profiles[user_id]

    def lock_shared(self, user_ids: Sequence[UserId]) -> None:
        for user_id in user_ids:
            self.get(user_id)

    def shown(self, user_id: UserId, terms: Terms) -> Shown:
        scan = self._scans.get(user_id)
        profile, karma = self.get_even_deleted(user_id), self._ledger.karma(user_id, terms)
        if scan is None:
            return Shown(profile, Confirmation.NONE, karma, None, None)
        return Shown(profile, scan.state, karma, scan.reason, scan.note)

    def lock(self, user_id: UserId) -> Profile:
        return self.get(user_id)

    def put(self, profile: Profile) -> None:
        self._profiles[profile.user_id] = profile

    def search(self, folded_part: str, limit: int, offset: int) -> Sequence[Profile]:
        profiles = self._profiles.values()
        found = [profile for profile in profiles if is_found(profile.display_name, folded_part)]
        found.sort(key=lambda profile: (*name_order(profile.display_name), profile.user_id))
        return found[offset : offset + limit]

    def summaries(self, user_ids: Sequence[UserId]) -> Sequence[ProfileSummary]:
        return [
            ProfileSummary(
                user_id,
                profile.display_name,
                profile.picture,
                self._is_confirmed(user_id),
                group_of(profile.bio),
            )
            for user_id in set(user_ids)
            if (profile := self._profiles.get(user_id)) is not None
        ]

    def _is_confirmed(self, user_id: UserId) -> bool:
        scan = self._scans.get(user_id)
        return scan is not None and scan.state is Confirmation.APPROVED
