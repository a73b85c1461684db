"""Friendships in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, case, delete, insert, or_, select, tuple_, update

from attendance_adapters.sql.column_types import BigId, InstantType
from attendance_adapters.sql.executor import LOCKS_ROWS, Executor
from attendance_adapters.sql.pieces import (
    BY_PERSON,
    LIMIT,
    OFFSET,
    after_person_parameters,
    is_after_person,
    piece_parameters,
)
from attendance_adapters.sql.tables import friendships, profiles
from attendance_core.friends import Friend, Friendship
from attendance_core.pieces import ListQuery
from attendance_core.vocabulary import UserId

_is_of_pair = (friendships.c.low_id == bindparam("low_id")) & (
    friendships.c.high_id == bindparam("high_id")
)
LOCK_FRIENDSHIP = (
    select(
        friendships.c.low_id,
        friendships.c.high_id,
        friendships.c.requester_id,
        friendships.c.requested_at,
        friendships.c.accepted,
    )
    .where(_is_of_pair)
    .with_for_update()
    .execution_options(**{LOCKS_ROWS: True})
)
REMOVE_FRIENDSHIP = delete(friendships).where(_is_of_pair)
ADD_FRIENDSHIP = insert(friendships)
PUT_FRIENDSHIP = (
    update(friendships)
    .where(
        friendships.c.low_id == bindparam("where_low_id"),
        friendships.c.high_id == bindparam("where_high_id"),
    )
    .values(
        requester_id=bindparam("requester_id"),
        requested_at=bindparam("requested_at"),
        accepted=bindparam("accepted"),
    )
)
_user_id = bindparam("user_id", type_=BigId)
_other_id = case(
    (friendships.c.low_id == _user_id, friendships.c.high_id), else_=friendships.c.low_id
)
_is_of_user = or_(friendships.c.low_id == _user_id, friendships.c.high_id == _user_id)
FRIENDS_OF = (
    select(profiles.c.user_id, profiles.c.display_name, friendships.c.accepted)
    .select_from(friendships.join(profiles, profiles.c.user_id == _other_id))
    .where(_is_of_user, or_(friendships.c.accepted, friendships.c.requester_id == _user_id))
    .order_by(*BY_PERSON)
    .limit(LIMIT)
    .offset(OFFSET)
)
FRIENDS_AFTER = FRIENDS_OF.where(is_after_person)
REQUESTS_TO = (
    select(friendships.c.requester_id, friendships.c.requested_at)
    .where(_is_of_user, ~friendships.c.accepted, friendships.c.requester_id != _user_id)
    .order_by(friendships.c.requested_at, friendships.c.requester_id)
    .limit(LIMIT)
    .offset(OFFSET)
)
REQUESTS_AFTER = REQUESTS_TO.where(
    tuple_(friendships.c.requested_at, friendships.c.requester_id)
    > tuple_(bindparam("after_at", type_=InstantType), bindparam("after_id", type_=BigId))
)


class Friendships:
    """Keeps friendships; `repositories.Friendships`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send

    def lock(self, one: UserId, other: UserId) -> Friendship | None:
        row = self._execute(LOCK_FRIENDSHIP, _pair(one, other)).one_or_none()
        if row is None:
            return None
        low_id, high_id, requester_id, requested_at, accepted = row
        recipient_id = high_id if requester_id == low_id else low_id
        return Friendship(requester_id, recipient_id, requested_at, accepted)

    def add(self, friendship: Friendship) -> None:
        row = {
            **_pair(friendship.requester, friendship.recipient),
            "requester_id": friendship.requester,
            "requested_at": friendship.requested_at,
            "accepted": friendship.accepted,
        }
        self._send(ADD_FRIENDSHIP, row)

    def put(self, friendship: Friendship) -> None:
        pair = _pair(friendship.requester, friendship.recipient)
        parameters = {
            "where_low_id": pair["low_id"],
            "where_high_id": pair["high_id"],
            "requester_id": friendship.requester,
            "requested_at": friendship.requested_at,
            "accepted": friendship.accepted,
        }
        self._send(PUT_FRIENDSHIP, parameters)

    def remove(self, one: UserId, other: UserId) -> None:
        self._send(REMOVE_FRIENDSHIP, _pair(one, other))

    def friends_of(self, user_id: UserId, query: ListQuery[Friend]) -> Sequence[Friend]:
        parameters: dict[str, Any] = {"user_id": user_id, **piece_parameters(query)}
        statement = FRIENDS_OF
        if query.after is not None:
            parameters |= after_person_parameters(query.after.user_id, query.after.display_name)
            statement = FRIENDS_AFTER
        return [
            Friend(friend_id, name, pending=not accepted)
            for friend_id, name, accepted in self._execute(statement, parameters)
        ]

    def requests_to(self, user_id: UserId, query: ListQuery[Friendship]) -> Sequence[Friendship]:
        parameters: dict[str, Any] = {"user_id": user_id, **piece_parameters(query)}
        statement = REQUESTS_TO
        if query.after is not None:
            parameters |= {"after_at": query.after.requested_at, "after_id": query.after.requester}
            statement = REQUESTS_AFTER
        rows = self._execute(statement, parameters)
        return [Friendship(requester, user_id, requested_at) for requester, requested_at in rows]


def _pair(one: UserId, other: UserId) -> dict[str, UserId]:
    return {"low_id": min(one, other), "high_id": max(one, other)}
