"""What a mirror says of openings, news and answers. Contract: 6.4, 6.8, 6.10."""

from __future__ import annotations

import pytest

from attendance_core.marking.connections import Role
from attendance_core.marking.frames import (
    Confirmed,
    Delivery,
    Frame,
    GivenBack,
    Listed,
    MarkingList,
    Prepared,
    ReservationExpired,
    UserJoined,
    UserLeft,
)
from attendance_core.marking.places import Held, Marked, State, Waiting
from attendance_core.vocabulary import UserId
from tests.support.mirror_room import AT, BOB, BY_MIA, MAX, MIA, Room, place


@pytest.fixture
def room() -> Room:
    """Bob waits, and everybody has heard of it."""
    room = Room()
    room.reads(place(BOB, 1, Waiting(10)))
    return room


class TestOpening:
    def test_the_list_is_in_the_order_of_asking_then_of_user_id(self, room: Room) -> None:
        room.told(place(UserId(7), 1, Waiting(5)))
        room.told(place(UserId(1), 1, Waiting(10)))
        mia = room.adds_marker(MIA)
        assert room.frames(mia) == [
            MarkingList((Listed(UserId(7), 5), Listed(UserId(1), 10), Listed(BOB, 10)))
        ]

    def test_one_is_never_on_ones_own_list(self, room: Room) -> None:
        assert room.frames(room.adds_marker(BOB)) == [MarkingList(())]

    def test_one_held_by_another_is_not_listed(self, room: Room) -> None:
        room.told(place(BOB, 2, BY_MIA))
        assert room.frames(room.adds_marker(MAX)) == [MarkingList(())]

    def test_while_holding_the_person_held_is_listed_and_prepared_follows(self, room: Room) -> None:
        mia = room.adds_marker(MIA, holding=place(BOB, 2, BY_MIA))
        assert room.frames(mia) == [MarkingList((Listed(BOB, 10),)), Prepared(BOB, 90)]

    def test_a_hold_that_has_ended_meanwhile_is_not_told(self, room: Room) -> None:
        room.told(place(BOB, 3, Waiting(10)))
        mia = room.adds_marker(MIA, holding=place(BOB, 2, BY_MIA))
        assert room.frames(mia) == [MarkingList((Listed(BOB, 10),))]

    def test_the_others_hear_of_a_hold_that_an_opening_is_first_to_know(self, room: Room) -> None:
        max_ = room.adds_marker(MAX)
        room.frames(max_)
        room.adds_marker(MIA, holding=place(BOB, 2, BY_MIA))
        assert room.frames(max_) == [UserLeft(BOB)]

    def test_whoever_opens_to_wait_is_told_to_the_markers_at_once(self, room: Room) -> None:
        mia = room.adds_marker(MIA)
        room.frames(mia)
        room.adds_asker(place(UserId(5), 1, Waiting(50)))
        assert room.frames(mia) == [UserJoined(UserId(5), 50)]


class TestTold:
    def test_others_are_told_that_one_was_chosen_and_given_back(self, room: Room) -> None:
        max_ = room.adds_marker(MAX)
        room.frames(max_)
        room.told(place(BOB, 2, BY_MIA))
        room.told(place(BOB, 3, Waiting(10)))
        assert room.frames(max_) == [UserLeft(BOB), UserJoined(BOB, 10)]

    def test_news_told_twice_or_too_late_say_nothing(self, room: Room) -> None:
        max_ = room.adds_marker(MAX)
        room.told(place(BOB, 3, Waiting(10)))
        room.frames(max_)
        room.told(place(BOB, 3, Waiting(10)))
        room.told(place(BOB, 2, BY_MIA))
        assert room.frames(max_) == []

    def test_one_frame_is_made_for_all_its_sockets(self, room: Room) -> None:
        sockets = [room.adds_marker(MAX), room.adds_marker(MAX), room.adds_marker(UserId(5))]
        room.told(place(BOB, 2, BY_MIA))
        assert room.deliveries == [Delivery(UserLeft(BOB), tuple(sockets))]

    def test_joining_the_event_says_nothing_to_markers(self, room: Room) -> None:
        mia = room.adds_marker(MIA)
        room.frames(mia)
        room.told(place(UserId(6), 1, None))
        assert room.frames(mia) == []


class TestAnswered:
    def test_the_chosen_stays_on_the_list_of_who_chose(self, room: Room) -> None:
        mia, max_ = room.adds_marker(MIA), room.adds_marker(MAX)
        room.forget_sent()
        room.answered(mia, place(BOB, 2, BY_MIA))
        assert room.frames(mia) == [Prepared(BOB, 90)]
        assert room.frames(max_) == [UserLeft(BOB)]

    def test_other_sockets_of_the_marker_are_told_as_other_markers_are(self, room: Room) -> None:
        phone, laptop = room.adds_marker(MIA), room.adds_marker(MIA)
        room.frames(laptop)
        room.answered(phone, place(BOB, 2, BY_MIA))
        assert room.frames(laptop) == [UserLeft(BOB)]

    def test_given_back_nobody_joins_the_list_they_never_left(self, room: Room) -> None:
        mia, max_ = room.adds_marker(MIA, holding=place(BOB, 2, BY_MIA)), room.adds_marker(MAX)
        room.forget_sent()
        room.answered(mia, place(BOB, 3, Waiting(10)))
        assert room.frames(mia) == [GivenBack()]
        assert room.frames(max_) == [UserJoined(BOB, 10)]

    def test_user_left_follows_refused_where_they_have_gone(self, room: Room) -> None:
        mia = room.adds_marker(MIA, holding=place(BOB, 2, BY_MIA))
        room.frames(mia)
        room.answered(mia, place(BOB, 3, None))
        assert room.frames(mia) == [GivenBack(), UserLeft(BOB)]

    def test_no_user_left_follows_ones_own_marked(self, room: Room) -> None:
        mia = room.adds_marker(MIA, holding=place(BOB, 2, BY_MIA))
        room.frames(mia)
        room.answered(mia, place(BOB, 3, Marked(MIA, AT)))
        assert room.frames(mia) == [Confirmed(BOB, 1, 50)]

    def test_the_other_socket_that_was_told_prepared_hears_that_it_ended(self, room: Room) -> None:
        phone, laptop = (room.adds_marker(MIA, holding=place(BOB, 2, BY_MIA)) for _ in range(2))
        room.forget_sent()
        room.answered(phone, place(BOB, 3, Marked(MIA, AT)))
        assert room.frames(phone) == [Confirmed(BOB, 1, 50)]
        assert room.frames(laptop) == [ReservationExpired(BOB), UserLeft(BOB)]

    def test_a_socket_that_was_not_told_prepared_hears_nothing_of_the_end(self, room: Room) -> None:
        phone, laptop = room.adds_marker(MIA), room.adds_marker(MIA)
        room.answered(phone, place(BOB, 2, BY_MIA))
        room.frames(laptop)
        room.answered(phone, place(BOB, 3, Marked(MIA, AT)))
        assert room.frames(laptop) == []

    def test_choosing_again_from_the_other_socket_lists_them_there(self, room: Room) -> None:
        phone, laptop = room.adds_marker(MIA), room.adds_marker(MIA)
        room.answered(phone, place(BOB, 2, BY_MIA))
        room.forget_sent()
        for _ in range(2):
            room.answered(laptop, place(BOB, 2, BY_MIA), changed=False)
        assert room.frames(laptop) == [Prepared(BOB, 90), UserJoined(BOB, 10), Prepared(BOB, 90)]
        room.told(place(BOB, 3, None))
        for socket in (phone, laptop):
            assert room.frames(socket) == [ReservationExpired(BOB), UserLeft(BOB)]

    def test_the_announcement_may_come_before_the_answer(self, room: Room) -> None:
        mia = room.adds_marker(MIA)
        room.frames(mia)
        room.told(place(BOB, 2, BY_MIA), commanded_by=mia)
        room.answered(mia, place(BOB, 2, BY_MIA))
        assert room.frames(mia) == [Prepared(BOB, 90)]

    @pytest.mark.parametrize(
        ("answer", "state", "then"),
        [
            (Confirmed(BOB, 1, 50), Marked(MIA, AT), []),
            (GivenBack(), Waiting(10), []),
            (GivenBack(), None, [UserLeft(BOB)]),
        ],
    )
    def test_an_announcement_can_be_the_answer(
        self, room: Room, answer: Frame, state: State, then: list[Frame]
    ) -> None:
        mia = room.adds_marker(MIA, holding=place(BOB, 2, BY_MIA))
        room.frames(mia)
        room.told(place(BOB, 3, state), commanded_by=mia)
        assert room.frames(mia) == [answer, *then]

    def test_a_choice_that_has_ended_before_its_answer_is_told_both(self, room: Room) -> None:
        mia = room.adds_marker(MIA)
        room.frames(mia)
        room.mirror.command_began(mia)
        room.told(place(BOB, 3, None))
        assert room.frames(mia) == []
        room.answered(mia, place(BOB, 2, BY_MIA))
        assert room.frames(mia) == [Prepared(BOB, 90), ReservationExpired(BOB), UserLeft(BOB)]

    def test_what_ran_out_first_is_told_first(self, room: Room) -> None:
        eve = UserId(5)
        room.told(place(eve, 1, Waiting(20)))
        mia = room.adds_marker(MIA, holding=place(BOB, 2, BY_MIA))
        room.frames(mia)
        now_eve = place(eve, 2, Held(20, MIA, 300))
        room.answered(mia, now_eve, ended=(place(BOB, 3, None),))
        assert room.frames(mia) == [ReservationExpired(BOB), UserLeft(BOB), Prepared(eve, 200)]
        room.told(now_eve, commanded_by=mia)
        room.told(place(BOB, 3, None))
        assert room.frames(mia) == []

    @pytest.mark.parametrize(
        ("late", "then"),
        [(None, []), (Waiting(10), [UserJoined(BOB, 10)]), (Held(10, MAX, 300), [])],
    )
    def test_what_ended_elsewhere_is_told_before_news_of_it_come(
        self, room: Room, late: State, then: list[Frame]
    ) -> None:
        eve = UserId(5)
        room.told(place(eve, 1, Waiting(20)))
        mia = room.adds_marker(MIA, holding=place(BOB, 2, BY_MIA))
        room.frames(mia)
        room.answered(mia, place(eve, 2, Held(20, MIA, 300)))
        assert room.frames(mia) == [ReservationExpired(BOB), UserLeft(BOB), Prepared(eve, 200)]
        room.told(place(BOB, 3, late))
        assert room.frames(mia) == then

    @pytest.mark.parametrize("late", [None, Waiting(10)])
    def test_what_ended_elsewhere_while_it_asked_is_told_once(
        self, room: Room, late: State
    ) -> None:
        eve = UserId(5)
        room.told(place(eve, 1, Waiting(20)))
        mia = room.adds_marker(MIA, holding=place(BOB, 2, BY_MIA))
        room.frames(mia)
        room.mirror.command_began(mia)
        room.told(place(BOB, 3, late))
        room.answered(mia, place(eve, 2, Held(20, MIA, 300)))
        frames_of_end = [ReservationExpired(BOB)] + [UserLeft(BOB)] * (late is None)
        assert room.frames(mia) == [*frames_of_end, Prepared(eve, 200)]

    def test_choosing_anew_one_whose_hold_ran_out_tells_of_its_end(self, room: Room) -> None:
        mia = room.adds_marker(MIA, holding=place(BOB, 2, BY_MIA))
        room.frames(mia)
        anew = place(BOB, 4, Held(10, MIA, 300))
        room.answered(mia, anew, ended=(place(BOB, 3, Waiting(10)),))
        assert room.frames(mia) == [ReservationExpired(BOB), Prepared(BOB, 200)]

    def test_confirming_again_changes_nothing_but_answers(self, room: Room) -> None:
        mia = room.adds_marker(MIA)
        room.told(place(BOB, 3, Marked(MIA, AT)))
        room.frames(mia)
        room.answered(mia, place(BOB, 3, Marked(MIA, AT)), changed=False)
        assert room.frames(mia) == [Confirmed(BOB, 1, 0, again=True)]

    def test_of_a_socket_that_has_gone_the_others_still_hear(self, room: Room) -> None:
        connection, max_ = room.connection(MIA, Role.MARKING), room.adds_marker(MAX)
        room.frames(max_)
        gone = connection.connection_id
        room.answered(gone, place(BOB, 2, BY_MIA))
        assert (room.frames(gone), room.frames(max_)) == ([], [UserLeft(BOB)])
        assert room.mirror.command_failed(gone) == []

    def test_asked_in_vain_it_hears_what_has_changed_meanwhile(self, room: Room) -> None:
        mia = room.adds_marker(MIA)
        room.frames(mia)
        room.mirror.command_began(mia)
        room.told(place(BOB, 2, Held(10, MAX, 300)))
        room.told(place(UserId(5), 1, Waiting(20)))
        room.deliver(room.mirror.command_failed(mia))
        assert room.frames(mia) == [UserLeft(BOB), UserJoined(UserId(5), 20)]

    def test_a_reading_does_not_tell_a_command_before_its_answer(self, room: Room) -> None:
        mia = room.adds_marker(MIA)
        room.frames(mia)
        room.mirror.command_began(mia)
        room.reads(place(BOB, 2, BY_MIA))
        room.answered(mia, place(BOB, 2, BY_MIA))
        assert room.frames(mia) == [Prepared(BOB, 90)]
        room.mirror.command_began(mia)
        room.reads()
        room.answered(mia, place(BOB, 3, Marked(MIA, AT)))
        assert room.frames(mia) == [Confirmed(BOB, 1, 50)]
