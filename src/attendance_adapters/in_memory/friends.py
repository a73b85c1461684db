"""Friendships in dicts."""

from __future__ import annotations

from collections.abc import Sequence

from attendance_adapters.in_memory.pieces import piece_of
from attendance_adapters.in_memory.tables import FriendPair, Tables
from attendance_core.errors import PersonNotFound
from attendance_core.folding import name_order
from attendance_core.friends import Friend, Friendship
from attendance_core.pieces import ListQuery
from attendance_core.vocabulary import UserId


class Friendships:
    """Keeps friendships; `repositories.Friendships`."""

    def __init__(self, tables: Tables) -> None:
        self._friendships = tables.friendships
        self._profiles = tables.profiles

    def lock(self, one: UserId, other: UserId) -> Friendship | None:
        return self._friendships.get(FriendPair.of(one, other))

    def add(self, friendship: Friendship) -> None:
        if not {friendship.requester, friendship.recipient} <= self._profiles.keys():
            raise PersonNotFound
        self.put(friendship)

    def put(self, friendship: Friendship) -> None:
        self._friendships[FriendPair.of(friendship.requester, friendship.recipient)] = friendship

    def remove(self, one: UserId, other: UserId) -> None:
        pair = FriendPair.of(one, other)
        if pair in self._friendships:
            del self._friendships[pair]

    def friends_of(self, user_id: UserId, query: ListQuery[Friend]) -> Sequence[Friend]:
        friends = []
        for friendship in self._friendships.values():
            requester, recipient = friendship.requester, friendship.recipient
            if requester == user_id or (friendship.accepted and recipient == user_id):
                friend_id = recipient if requester == user_id else requester
                name = self._profiles[friend_id].display_name
                friends.append(Friend(friend_id, name, pending=not friendship.accepted))
        return piece_of(friends, query, lambda one: (*name_order(one.display_name), one.user_id))

    def requests_to(self, user_id: UserId, query: ListQuery[Friendship]) -> Sequence[Friendship]:
        requests = (
            friendship
            for friendship in self._friendships.values()
            if friendship.recipient == user_id and not friendship.accepted
        )
        return piece_of(requests, query, lambda each: (each.requested_at, each.requester))
