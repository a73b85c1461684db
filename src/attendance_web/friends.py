"""The calls about friends. Contract: 4."""

from __future__ import annotations

from functools import partial

from attendance_core.friends import Friend
from attendance_core.vocabulary import UserId
from attendance_web.http.call import get, post
from attendance_web.http.call_context import CallContext
from attendance_web.http.pieces import Pieces
from attendance_web.structs.arguments import Nothing, OnePerson, Page
from attendance_web.structs.friends import FriendList, FriendListed, FriendRequests


@get("/api/friends/GetFriendList")
async def get_friend_list(call: CallContext[Nothing]) -> Pieces[FriendListed, FriendList]:
    """My friends, and those I have asked."""
    friends = partial(call.use_cases.get_friend_list.pieces, actor=call.actor_id)
    return Pieces(begin=friends, show=_friend_shown, answer_of=FriendList)


@post("/api/friends/SendFriendRequest")
async def send_friend_request(call: CallContext[OnePerson]) -> None:
    """Asks somebody; one who has asked me becomes my friend."""
    await call.limits.count_friend_request(call.actor_id)
    await call.use_cases.send_friend_request(
        actor=call.actor_id, user_id=UserId(call.arguments.user_id)
    )


@get("/api/friends/GetFriendRequests")
async def get_friend_requests(call: CallContext[Page]) -> Pieces[UserId, FriendRequests]:
    """Who asked me and waits for an answer, the oldest request first."""
    arguments = call.arguments
    requesters = partial(
        call.use_cases.get_friend_requests.pieces,
        actor=call.actor_id,
        limit=arguments.limit,
        offset=arguments.offset,
    )
    return Pieces(begin=requesters, show=UserId, answer_of=FriendRequests, limit=arguments.limit)


@post("/api/friends/RemoveFriend")
async def remove_friend(call: CallContext[OnePerson]) -> None:
    """Ends a friendship, withdraws my request, or declines theirs."""
    await call.use_cases.remove_friend(actor=call.actor_id, user_id=UserId(call.arguments.user_id))


def _friend_shown(friend: Friend) -> FriendListed:
    return FriendListed(
        user_id=friend.user_id, display_name=friend.display_name, pending=friend.pending
    )


CALLS = (get_friend_list, send_friend_request, get_friend_requests, remove_friend)
