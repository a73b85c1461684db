"""Profiles and scans in dicts."""

from __future__ import annotations

from collections.abc import Sequence

from attendance_adapters.memory.state import State
from attendance_core.errors import PersonNotFound
from attendance_core.profiles import Confirmation, ConfirmationScan, Profile, ProfileSummary
from attendance_core.vocabulary import UserId, fold


class Profiles:
    """`repositories.Profiles`."""

    def __init__(self, state: State) -> None:
        self._profiles = state.profiles
        self._scans = state.scans

    def add(self, profile: Profile) -> None:
        self._profiles[profile.user_id] = profile

    def get(self, user_id: UserId) -> Profile:
        if user_id not in self._profiles:
            raise PersonNotFound
        return self._profiles[user_id]

    def lock(self, user_id: UserId) -> Profile:
        return self.get(user_id)

    def put(self, profile: Profile) -> None:
        self._profiles[profile.user_id] = profile

    def search(self, part: str, limit: int, offset: int) -> Sequence[Profile]:
        found = [each for each in self._profiles.values() if part in fold(each.display_name)]
        found.sort(key=lambda each: (fold(each.display_name), each.user_id))
        return found[offset : offset + limit]

    def summaries(self, user_ids: Sequence[UserId]) -> Sequence[ProfileSummary]:
        found = [self._profiles[each] for each in set(user_ids) if each in self._profiles]
        return [
            ProfileSummary(
                each.user_id, each.display_name, each.picture, self._is_confirmed(each.user_id)
            )
            for each in found
        ]

    def _is_confirmed(self, user_id: UserId) -> bool:
        scan = self._scans.get(user_id)
        return scan is not None and scan.state is Confirmation.APPROVED


class Scans:
    """`repositories.Scans`."""

    def __init__(self, state: State) -> None:
        self._scans = state.scans

    def find(self, user_id: UserId) -> ConfirmationScan | None:
        return self._scans.get(user_id)

    def lock(self, user_id: UserId) -> ConfirmationScan | None:
        return self._scans.get(user_id)

    def put(self, scan: ConfirmationScan) -> None:
        self._scans[scan.user_id] = scan

    def pending(self) -> Sequence[ConfirmationScan]:
        waiting = [each for each in self._scans.values() if each.state is Confirmation.PENDING]
        return sorted(waiting, key=lambda each: (each.uploaded_at, each.user_id))
