"""Accounts, sessions, profiles, scans and friendships in dicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from attendance_adapters.memory.state import Pair, State
from attendance_core.accounts import Account, Session
from attendance_core.errors import PersonNotFound, UsernameTaken
from attendance_core.friends import Friend, Friendship
from attendance_core.profiles import Confirmation, ConfirmationScan, Profile, ProfileSummary
from attendance_core.vocabulary import Instant, SessionId, UserId, fold


class Accounts:
    """`repositories.Accounts`."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, username: str, password_hash: str, at: Instant) -> UserId:
        key = fold(username)
        if key in self._state.accounts:
            raise UsernameTaken
        user_id = UserId(len(self._state.accounts) + 1)
        self._state.accounts[key] = Account(user_id, username, password_hash)
        return user_id

    def find(self, username: str) -> Account | None:
        return self._state.accounts.get(fold(username))


class Sessions:
    """`repositories.Sessions`."""

    def __init__(self, state: State) -> None:
        self._sessions = state.sessions

    def add(self, session: Session) -> None:
        self._sessions[session.session_id] = session

    def find(self, session_id: SessionId) -> Session | None:
        return self._sessions.get(session_id)

    def lock(self, session_id: SessionId) -> Session | None:
        return self._sessions.get(session_id)

    def used(self, session_id: SessionId, at: Instant) -> None:
        if session_id in self._sessions:
            self._sessions[session_id] = replace(self._sessions[session_id], used_at=at)

    def remove(self, session_id: SessionId) -> None:
        self._sessions.pop(session_id, None)

    def remove_expired(self, user_id: UserId, used_by: Instant) -> None:
        for session in list(self._sessions.values()):
            if session.user_id == user_id and session.used_at <= used_by:
                del self._sessions[session.session_id]


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


def _pair(one: UserId, other: UserId) -> Pair:
    return (one, other) if one < other else (other, one)


class Friendships:
    """`repositories.Friendships`."""

    def __init__(self, state: State) -> None:
        self._state = state

    def find(self, one: UserId, other: UserId) -> Friendship | None:
        return self._state.friendships.get(_pair(one, other))

    def add(self, friendship: Friendship) -> None:
        if not {friendship.asker, friendship.asked} <= self._state.profiles.keys():
            raise PersonNotFound
        self.put(friendship)

    def put(self, friendship: Friendship) -> None:
        self._state.friendships[_pair(friendship.asker, friendship.asked)] = friendship

    def remove(self, one: UserId, other: UserId) -> None:
        self._state.friendships.pop(_pair(one, other), None)

    def friends_of(self, user_id: UserId) -> Sequence[Friend]:
        friends = []
        for each in self._state.friendships.values():
            if each.asker == user_id or (each.accepted and each.asked == user_id):
                other = each.asked if each.asker == user_id else each.asker
                name = self._state.profiles[other].display_name
                friends.append(Friend(other, name, pending=not each.accepted))
        return sorted(friends, key=lambda each: (fold(each.display_name), each.user_id))

    def requests_to(self, user_id: UserId) -> Sequence[UserId]:
        asked = [
            (each.asked_at, each.asker)
            for each in self._state.friendships.values()
            if each.asked == user_id and not each.accepted
        ]
        return [asker for _, asker in sorted(asked)]
