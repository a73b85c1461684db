"""Friendships in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    bindparam,
    case,
    delete,
    insert,
    or_,
    select,
    update,
)

from attendance_adapters.sql.driver import LOCKS, Executes
from attendance_adapters.sql.tables import friendships, profiles
from attendance_core.friends import Friend, Friendship
from attendance_core.vocabulary import UserId

_PAIR = (friendships.c.low_id == bindparam("low")) & (friendships.c.high_id == bindparam("high"))
FIND_FRIENDSHIP = (
    select(
        friendships.c.low_id,
        friendships.c.high_id,
        friendships.c.asker_id,
        friendships.c.asked_at,
        friendships.c.accepted,
    )
    .where(_PAIR)
    .with_for_update()
    .execution_options(**LOCKS)
)
REMOVE_FRIENDSHIP = delete(friendships).where(_PAIR)
ADD_FRIENDSHIP = insert(friendships)
PUT_FRIENDSHIP = (
    update(friendships)
    .where(_PAIR)
    .values(asker_id=bindparam("asker"), asked_at=bindparam("at"), accepted=bindparam("friends"))
)
_other = case(
    (friendships.c.low_id == bindparam("id"), friendships.c.high_id), else_=friendships.c.low_id
)
_mine = or_(friendships.c.low_id == bindparam("id"), friendships.c.high_id == bindparam("id"))
FRIENDS_OF = (
    select(profiles.c.user_id, profiles.c.display_name, friendships.c.accepted)
    .select_from(friendships.join(profiles, profiles.c.user_id == _other))
    .where(_mine, or_(friendships.c.accepted, friendships.c.asker_id == bindparam("id")))
    .order_by(profiles.c.name_key, profiles.c.user_id)
)
REQUESTS_TO = (
    select(friendships.c.asker_id)
    .where(_mine, ~friendships.c.accepted, friendships.c.asker_id != bindparam("id"))
    .order_by(friendships.c.asked_at, friendships.c.asker_id)
)


def _pair(one: UserId, other: UserId) -> dict[str, UserId]:
    return {"low": min(one, other), "high": max(one, other)}


class Friendships:
    """`repositories.Friendships`."""

    def __init__(self, on: Executes) -> None:
        self._execute = on.execute

    def find(self, one: UserId, other: UserId) -> Friendship | None:
        row = self._execute(FIND_FRIENDSHIP, _pair(one, other)).one_or_none()
        if row is None:
            return None
        low, high, asker, asked_at, accepted = row
        return Friendship(asker, high if asker == low else low, asked_at, accepted)

    def add(self, friendship: Friendship) -> None:
        pair = _pair(friendship.asker, friendship.asked)
        row = {
            "low_id": pair["low"],
            "high_id": pair["high"],
            "asker_id": friendship.asker,
            "asked_at": friendship.asked_at,
            "accepted": friendship.accepted,
        }
        self._execute(ADD_FRIENDSHIP, row)

    def put(self, friendship: Friendship) -> None:
        row = {
            **_pair(friendship.asker, friendship.asked),
            "asker": friendship.asker,
            "at": friendship.asked_at,
            "friends": friendship.accepted,
        }
        self._execute(PUT_FRIENDSHIP, row)

    def remove(self, one: UserId, other: UserId) -> None:
        self._execute(REMOVE_FRIENDSHIP, _pair(one, other))

    def friends_of(self, user_id: UserId) -> Sequence[Friend]:
        return [
            Friend(friend_id, name, pending=not accepted)
            for friend_id, name, accepted in self._execute(FRIENDS_OF, {"id": user_id})
        ]

    def requests_to(self, user_id: UserId) -> Sequence[UserId]:
        return [UserId(row[0]) for row in self._execute(REQUESTS_TO, {"id": user_id})]
