"""Calls of `attendance_web.friends`. Printed by `make print` from what declares them."""

from __future__ import annotations

from attendance_web.client.calling import Calling
from attendance_web.structs.arguments import Offset, PersonId, RowLimit
from attendance_web.structs.friends import FriendList, FriendRequests


class FriendCalls(Calling):
    """Makes the calls of `friends`."""

    async def get_friend_list(
        self,
    ) -> FriendList:
        """My friends, and those I have asked.

        Needs log-in; tokens for `read`.
        """
        return await self.call(
            FriendList,
            "GET",
            "/api/friends/GetFriendList",
        )

    async def send_friend_request(
        self,
        *,
        user_id: PersonId,
    ) -> None:
        """Asks somebody; one who has asked me becomes my friend.

        Needs log-in; no token may.
        """
        return await self.call_for_nothing(
            "POST",
            "/api/friends/SendFriendRequest",
            user_id=user_id,
        )

    async def get_friend_requests(
        self,
        *,
        limit: RowLimit | None = None,
        offset: Offset = 0,
    ) -> FriendRequests:
        """Who asked me and waits for an answer, the oldest request first.

        Needs log-in; tokens for `read`.
        """
        return await self.call(
            FriendRequests,
            "GET",
            "/api/friends/GetFriendRequests",
            limit=limit,
            offset=offset,
        )

    async def remove_friend(
        self,
        *,
        user_id: PersonId,
    ) -> None:
        """Ends a friendship, withdraws my request, or declines theirs.

        Needs log-in; no token may.
        """
        return await self.call_for_nothing(
            "POST",
            "/api/friends/RemoveFriend",
            user_id=user_id,
        )
