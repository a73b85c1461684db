"""Every store keeps friendships, those that are asked for and those that are."""

from __future__ import annotations

from typing import Any

import pytest

from attendance_core.errors import (
    PersonNotFound,
)
from attendance_core.friends import Friend, Friendship
from attendance_core.pieces import ListQuery
from attendance_core.testing.clock import NOON
from attendance_core.testing.people import add_people
from attendance_core.vocabulary import UserId


class TestFriendships:
    async def test_a_pair_has_one_row_in_either_order(self, store: Any) -> None:
        anna, boris = await add_people(store, "Анна", "Борис")
        request = Friendship(boris, anna, NOON)
        await store.transact(lambda u: u.friendships.add(request))
        assert await store.transact(lambda u: u.friendships.lock(anna, boris)) == request
        assert await store.observe(lambda u: u.friendships.requests_to(anna, ListQuery())) == [
            request
        ]
        assert await store.observe(lambda u: u.friendships.friends_of(anna, ListQuery())) == []
        accepted = Friendship(boris, anna, NOON, accepted=True)
        await store.transact(lambda u: u.friendships.put(accepted))
        assert await store.observe(lambda u: u.friendships.requests_to(anna, ListQuery())) == []
        friends = await store.observe(lambda u: u.friendships.friends_of(anna, ListQuery()))
        assert friends == [Friend(boris, "Борис", pending=False)]
        await store.transact(lambda u: u.friendships.remove(anna, boris))
        assert await store.transact(lambda u: u.friendships.lock(boris, anna)) is None

    async def test_requests_come_in_pages_the_oldest_first(self, store: Any) -> None:
        anna, *others = await add_people(store, "Анна", "Борис", "Вера", "Глеб")
        for number, other in enumerate(others):
            request = Friendship(other, anna, NOON - number)
            await store.transact(lambda u, request=request: u.friendships.add(request))
        oldest_first = others[::-1]
        for limit, offset, page in (
            (None, 0, oldest_first),
            (2, 0, oldest_first[:2]),
            (2, 2, oldest_first[2:]),
            (None, 1, oldest_first[1:]),
            (1, 3, []),
        ):
            query: ListQuery[Friendship] = ListQuery(limit, offset)
            found = await store.observe(
                lambda u, query=query: u.friendships.requests_to(anna, query)
            )
            assert [each.requester for each in found] == page

    async def test_with_nobody_there_is_no_friendship(self, store: Any) -> None:
        (anna,) = await add_people(store, "Анна")
        with pytest.raises(PersonNotFound):
            await store.transact(lambda u: u.friendships.add(Friendship(anna, UserId(99), NOON)))
