"""What the calls about friends answer. Contract: 4."""

from __future__ import annotations

import msgspec

from attendance_core.vocabulary import UserId


class FriendListed(msgspec.Struct, frozen=True):
    """``pending``: I asked, and they have not accepted yet."""

    user_id: UserId
    display_name: str
    pending: bool


class FriendList(msgspec.Struct, frozen=True):
    """By name, then id."""

    friends: list[FriendListed]


class FriendRequests(msgspec.Struct, frozen=True):
    """Who asked me."""

    requests: list[UserId]
