"""Friends: asked, accepted, withdrawn, declined. Contract: 4."""

from __future__ import annotations

import pytest

from attendance_core.errors import FriendOfOneself, PersonNotFound
from attendance_core.friends import (
    Friend,
    GetFriendList,
    GetFriendRequests,
    RemoveFriend,
    SendFriendRequest,
)
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import UserId
from tests.support.world import World

ANNA, BORIS, VERA, NOBODY = UserId(1), UserId(2), UserId(3), UserId(99)


class Circle:
    """Three people."""

    def __init__(self) -> None:
        self.world = World(person_count=0)
        for name in ("анна", "Борис", "Вера"):
            self.world.add_person(name)
        store = self.world.store
        self._send, self._remove = SendFriendRequest(store.transact), RemoveFriend(store.transact)
        self._list, self._requests = GetFriendList(store.observe), GetFriendRequests(store.observe)

    def asks(self, actor: UserId, user_id: UserId) -> None:
        self.world.clock.pass_(1)
        drive(self._send(actor=actor, user_id=user_id))

    def removes(self, actor: UserId, user_id: UserId) -> None:
        drive(self._remove(actor=actor, user_id=user_id))

    def friends(self, actor: UserId) -> list[Friend]:
        return list(drive(self._list(actor=actor)))

    def requests(self, actor: UserId) -> list[UserId]:
        return list(drive(self._requests(actor=actor)))


@pytest.fixture
def circle() -> Circle:
    return Circle()


class TestSendFriendRequest:
    def test_it_is_pending_for_who_asked_and_a_request_to_the_other(self, circle: Circle) -> None:
        circle.asks(ANNA, BORIS)
        assert circle.friends(ANNA) == [Friend(BORIS, "Борис", pending=True)]
        assert circle.friends(BORIS) == []
        assert (circle.requests(ANNA), circle.requests(BORIS)) == ([], [ANNA])

    def test_to_one_who_has_asked_me_it_is_the_acceptance(self, circle: Circle) -> None:
        circle.asks(ANNA, BORIS)
        circle.asks(BORIS, ANNA)
        assert circle.friends(ANNA) == [Friend(BORIS, "Борис", pending=False)]
        assert circle.friends(BORIS) == [Friend(ANNA, "анна", pending=False)]
        assert circle.requests(BORIS) == []

    def test_asking_twice_is_asking_once_and_does_not_accept(self, circle: Circle) -> None:
        circle.asks(ANNA, BORIS)
        circle.asks(ANNA, BORIS)
        assert circle.friends(ANNA) == [Friend(BORIS, "Борис", pending=True)]

    @pytest.mark.parametrize("actor", [ANNA, BORIS])
    def test_between_friends_it_changes_nothing(self, circle: Circle, actor: UserId) -> None:
        circle.asks(ANNA, BORIS)
        circle.asks(BORIS, ANNA)
        circle.asks(actor, UserId(3 - actor))
        assert circle.friends(ANNA) == [Friend(BORIS, "Борис", pending=False)]

    def test_one_is_no_friend_of_oneself(self, circle: Circle) -> None:
        with pytest.raises(FriendOfOneself):
            circle.asks(ANNA, ANNA)

    def test_an_unknown_person_is_not_found(self, circle: Circle) -> None:
        with pytest.raises(PersonNotFound):
            circle.asks(ANNA, NOBODY)


class TestRemoveFriend:
    def test_it_withdraws_my_request(self, circle: Circle) -> None:
        circle.asks(ANNA, BORIS)
        circle.removes(ANNA, BORIS)
        assert (circle.friends(ANNA), circle.requests(BORIS)) == ([], [])

    def test_it_declines_a_request_to_me(self, circle: Circle) -> None:
        circle.asks(ANNA, BORIS)
        circle.removes(BORIS, ANNA)
        assert (circle.friends(ANNA), circle.requests(BORIS)) == ([], [])

    @pytest.mark.parametrize("actor", [ANNA, BORIS])
    def test_either_ends_a_friendship_and_may_say_so_twice(
        self, circle: Circle, actor: UserId
    ) -> None:
        circle.asks(ANNA, BORIS)
        circle.asks(BORIS, ANNA)
        for _ in range(2):
            circle.removes(actor, UserId(3 - actor))
        assert circle.friends(ANNA) == circle.friends(BORIS) == []

    def test_oneself_is_refused_and_nobody_not_found(self, circle: Circle) -> None:
        with pytest.raises(FriendOfOneself):
            circle.removes(ANNA, ANNA)
        with pytest.raises(PersonNotFound):
            circle.removes(ANNA, NOBODY)


class TestLists:
    def test_friends_are_ordered_by_display_name(self, circle: Circle) -> None:
        circle.asks(BORIS, VERA)
        circle.asks(BORIS, ANNA)
        assert [each.user_id for each in circle.friends(BORIS)] == [ANNA, VERA]

    def test_requests_are_ordered_by_when_they_came(self, circle: Circle) -> None:
        circle.asks(VERA, BORIS)
        circle.asks(ANNA, BORIS)
        assert circle.requests(BORIS) == [VERA, ANNA]
