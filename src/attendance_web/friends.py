"""The calls about friends. Contract: 4."""

from __future__ import annotations

import msgspec

from attendance_core.vocabulary import UserId
from attendance_web.http.call import Asked, get, post
from attendance_web.http.fields import Nothing, OnePerson


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


@get("/api/friends/GetFriendList")
async def get_friend_list(asked: Asked[Nothing]) -> FriendList:
    """My friends, and those I have asked."""
    friends = await asked.use_cases.get_friend_list(actor=asked.person)
    return FriendList(
        [FriendListed(each.user_id, each.display_name, each.pending) for each in friends]
    )


@post("/api/friends/SendFriendRequest")
async def send_friend_request(asked: Asked[OnePerson]) -> None:
    """Asks somebody; one who has asked me becomes my friend."""
    await asked.use_cases.send_friend_request(
        actor=asked.person, user_id=UserId(asked.arguments.user_id)
    )


@get("/api/friends/GetFriendRequests")
async def get_friend_requests(asked: Asked[Nothing]) -> FriendRequests:
    """Who asked me and waits for an answer."""
    return FriendRequests(list(await asked.use_cases.get_friend_requests(actor=asked.person)))


@post("/api/friends/RemoveFriend")
async def remove_friend(asked: Asked[OnePerson]) -> None:
    """Ends a friendship, withdraws my request, or declines theirs."""
    await asked.use_cases.remove_friend(actor=asked.person, user_id=UserId(asked.arguments.user_id))


CALLS = (get_friend_list, send_friend_request, get_friend_requests, remove_friend)
