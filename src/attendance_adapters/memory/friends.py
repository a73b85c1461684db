"""Accounts, sessions, profiles, scans and friendships in dicts."""

from __future__ import annotations

from collections.abc import Sequence

from attendance_adapters.memory.state import Pair, State
from attendance_core.errors import PersonNotFound
from attendance_core.friends import Friend, Friendship
from attendance_core.vocabulary import UserId, fold


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
