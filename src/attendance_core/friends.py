"""Friends: one row for a pair of people, whoever asked. Contract: 4."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from attendance_core import ports
from attendance_core.arguments import check_kinds
from attendance_core.errors import FriendOfOneself
from attendance_core.pieces import ListQuery, itself, read_in_pieces, whole
from attendance_core.vocabulary import Instant, UserId


@dataclass(frozen=True, slots=True)
class Friendship:
    """A request of one person to another; a friendship from the moment that is accepted."""

    requester: UserId
    recipient: UserId
    requested_at: Instant
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Friend:
    """Somebody in one's list of friends; ``pending``: asked by oneself, not accepted yet."""

    user_id: UserId
    display_name: str
    pending: bool


@dataclass(frozen=True, slots=True)
class SendFriendRequest:
    """Asks a person to be a friend, or accepts, where they have asked.

    Contract: POST /api/friends/SendFriendRequest.
    """

    transact: ports.Transact

    async def __call__(self, *, actor: UserId, user_id: UserId) -> None:
        """Changes nothing a second time. Raises FriendOfOneself, PersonNotFound."""
        check_kinds(actor=actor, user_id=user_id)
        if actor == user_id:
            raise FriendOfOneself

        def work(unit: ports.Unit) -> None:
            unit.profiles.lock_shared([actor, user_id])
            before = unit.friendships.lock(actor, user_id)
            if before is None:
                unit.friendships.add(Friendship(actor, user_id, unit.now()))
            elif before.requester == user_id and not before.accepted:
                unit.friendships.put(replace(before, accepted=True))

        await self.transact(work)


@dataclass(frozen=True, slots=True)
class RemoveFriend:
    """Withdraws a request, declines one, or ends a friendship.

    Contract: POST /api/friends/RemoveFriend.
    """

    transact: ports.Transact

    async def __call__(self, *, actor: UserId, user_id: UserId) -> None:
        """Changes nothing a second time. Raises FriendOfOneself, PersonNotFound."""
        check_kinds(actor=actor, user_id=user_id)
        if actor == user_id:
            raise FriendOfOneself

        def work(unit: ports.Unit) -> None:
            unit.profiles.get(user_id)
            unit.friendships.remove(actor, user_id)

        await self.transact(work)


@dataclass(frozen=True, slots=True)
class GetFriendList:
    """Lists friends, and whom one has asked. Contract: GET /api/friends/GetFriendList."""

    browse: ports.Browse

    def pieces(self, *, actor: UserId) -> AsyncIterator[Sequence[Friend]]:
        """Lists friends and those asked, by display name, then id."""
        check_kinds(actor=actor)

        def read_friends(piece_query: ListQuery[Friend], unit: ports.Unit) -> Sequence[Friend]:
            return unit.friendships.friends_of(actor, piece_query)

        everybody: ListQuery[Friend] = ListQuery()
        return read_in_pieces(self.browse, everybody, read_friends, itself)

    __call__ = whole(pieces)


@dataclass(frozen=True, slots=True)
class GetFriendRequests:
    """Lists who has asked a person. Contract: GET /api/friends/GetFriendRequests."""

    browse: ports.Browse

    def pieces(
        self, *, actor: UserId, limit: int | None = None, offset: int = 0
    ) -> AsyncIterator[Sequence[UserId]]:
        """Lists those who wait for an answer, the oldest request first. Raises InvalidArgument."""
        check_kinds(actor=actor)

        def read_requests(
            piece_query: ListQuery[Friendship], unit: ports.Unit
        ) -> Sequence[Friendship]:
            return unit.friendships.requests_to(actor, piece_query)

        query: ListQuery[Friendship] = ListQuery(limit, offset)
        found = read_in_pieces(self.browse, query, read_requests, itself)
        return ([request.requester for request in piece] async for piece in found)

    __call__ = whole(pieces)
