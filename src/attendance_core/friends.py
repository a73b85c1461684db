"""Friends: one row for a pair of people, whoever asked. Contract: 4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from attendance_core import ports
from attendance_core.checks import checked_page
from attendance_core.errors import FriendOfOneself
from attendance_core.vocabulary import Instant, UserId


@dataclass(frozen=True, slots=True)
class Friendship:
    """``asker`` has asked ``asked``; a friendship from the moment that is accepted."""

    asker: UserId
    asked: UserId
    asked_at: Instant
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Friend:
    """A line of one's list of friends; ``pending``: I asked, not accepted yet."""

    user_id: UserId
    display_name: str
    pending: bool


@dataclass(frozen=True, slots=True)
class SendFriendRequest:
    """Contract: POST /api/friends/SendFriendRequest. To one who has asked me, it accepts."""

    transact: ports.Transact

    async def __call__(self, *, actor: UserId, user_id: UserId) -> None:
        """Idempotent. Raises FriendOfOneself, PersonNotFound."""
        if actor == user_id:
            raise FriendOfOneself

        def work(unit: ports.Unit) -> None:
            unit.profiles.get(user_id)
            known = unit.friendships.find(actor, user_id)
            if known is None:
                unit.friendships.add(Friendship(actor, user_id, unit.now()))
            elif known.asker == user_id and not known.accepted:
                unit.friendships.put(
                    Friendship(known.asker, known.asked, known.asked_at, accepted=True)
                )

        await self.transact(work)


@dataclass(frozen=True, slots=True)
class RemoveFriend:
    """Contract: POST /api/friends/RemoveFriend. Withdraws, declines or ends."""

    transact: ports.Transact

    async def __call__(self, *, actor: UserId, user_id: UserId) -> None:
        """Idempotent. Raises FriendOfOneself, PersonNotFound."""
        if actor == user_id:
            raise FriendOfOneself

        def work(unit: ports.Unit) -> None:
            unit.profiles.get(user_id)
            unit.friendships.remove(actor, user_id)

        await self.transact(work)


@dataclass(frozen=True, slots=True)
class GetFriendList:
    """Contract: GET /api/friends/GetFriendList."""

    observe: ports.Observe

    async def __call__(self, *, actor: UserId) -> Sequence[Friend]:
        """Friends and those asked, by display name, then id."""
        return await self.observe(lambda unit: unit.friendships.friends_of(actor))


@dataclass(frozen=True, slots=True)
class GetFriendRequests:
    """Contract: GET /api/friends/GetFriendRequests."""

    observe: ports.Observe

    async def __call__(
        self, *, actor: UserId, limit: int | None = None, offset: int = 0
    ) -> Sequence[UserId]:
        """Who asked and waits, oldest first. Raises InvalidArgument."""
        checked_page(limit, offset)
        return await self.observe(lambda unit: unit.friendships.requests_to(actor, limit, offset))
