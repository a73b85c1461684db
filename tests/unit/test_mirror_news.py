"""What a mirror tells those who wait of who comes for them, and when. Contract: 6.16, 8.9."""

from __future__ import annotations

import pytest

from attendance_core.marking.frames import (
    EventUpdated,
    Frame,
    HeldBy,
    LetGo,
    WasMarked,
    YourPosition,
)
from attendance_core.marking.places import Held, Marked, State, Waiting
from attendance_core.vocabulary import ConnectionId, UserId
from tests.support.mirror_room import AT, BOB, BY_MIA, MAX, MIA, Room, place

BOB_WAITING = place(BOB, 1, Waiting(10))
BY_MAX = Held(since=10, marker=MAX, until=AT + 60)


class WithoutPositions(Room):
    """One whose clients do not look at where they stand."""

    def frames(self, cid: ConnectionId) -> list[Frame]:
        return [each for each in super().frames(cid) if not isinstance(each, YourPosition)]


@pytest.fixture
def room() -> Room:
    return WithoutPositions()


class TestHeld:
    def test_on_each_socket_that_hears_news_and_on_no_other(self, room: Room) -> None:
        phone, laptop = (room.adds_asker(BOB_WAITING, hears_news=True) for _ in range(2))
        old = room.adds_asker(BOB_WAITING)
        for socket in (phone, laptop, old):
            assert room.frames(socket) == []
        room.told(place(BOB, 2, BY_MIA))
        assert room.frames(phone) == room.frames(laptop) == [HeldBy(MIA, 90)]
        assert room.frames(old) == []
        assert [each.connection_ids for each in room.deliveries] == [(phone, laptop)]

    def test_whoever_opens_meanwhile_is_told_what_is_left(self, room: Room) -> None:
        phone = room.adds_asker(BOB_WAITING, hears_news=True)
        room.told(place(BOB, 2, BY_MIA))
        room.forget_sent()
        back = room.adds_asker(place(BOB, 2, BY_MIA), hears_news=True, at=AT + 30)
        assert (room.frames(phone), room.frames(back)) == ([], [HeldBy(MIA, 60)])

    def test_an_opening_that_knows_less_is_told_what_is_known(self, room: Room) -> None:
        room.told(place(BOB, 2, BY_MIA))
        assert room.frames(room.adds_asker(BOB_WAITING, hears_news=True)) == [HeldBy(MIA, 90)]

    def test_an_opening_may_be_the_first_to_know(self, room: Room) -> None:
        phone = room.adds_asker(BOB_WAITING, hears_news=True)
        room.adds_asker(place(BOB, 2, BY_MIA), hears_news=True)
        assert room.frames(phone) == [HeldBy(MIA, 90)]

    def test_another_takes_its_place_where_its_end_was_not_heard(self, room: Room) -> None:
        phone = room.adds_asker(BOB_WAITING, hears_news=True)
        room.told(place(BOB, 2, BY_MIA))
        room.told(place(BOB, 4, BY_MAX))
        assert room.frames(phone) == [HeldBy(MIA, 90), HeldBy(MAX, 60)]

    def test_news_told_twice_or_too_late_say_nothing(self, room: Room) -> None:
        phone = room.adds_asker(BOB_WAITING, hears_news=True)
        room.told(place(BOB, 3, Waiting(10)))
        room.told(place(BOB, 2, BY_MIA))
        assert room.frames(phone) == []

    def test_others_do_not_hear_of_it(self, room: Room) -> None:
        room.adds_asker(BOB_WAITING)
        other = room.adds_asker(place(MAX, 1, Waiting(11)), hears_news=True)
        room.told(place(BOB, 2, BY_MIA))
        assert room.frames(other) == []


class TestItsEnd:
    @pytest.mark.parametrize("state", [Waiting(10), None])
    def test_without_a_mark_one_is_let_go(self, room: Room, state: State) -> None:
        phone = room.adds_asker(BOB_WAITING, hears_news=True)
        room.told(place(BOB, 2, BY_MIA))
        room.told(place(BOB, 3, state))
        assert room.frames(phone) == [HeldBy(MIA, 90), LetGo()]

    def test_marked_one_is_not(self, room: Room) -> None:
        phone, old = room.adds_asker(BOB_WAITING, hears_news=True), room.adds_asker(BOB_WAITING)
        room.told(place(BOB, 2, BY_MIA))
        room.told(place(BOB, 3, Marked(MIA, AT)))
        room.reads_marks(place(BOB, 3, Marked(MIA, AT)))
        assert room.frames(phone) == [HeldBy(MIA, 90), WasMarked(MIA)]
        assert room.frames(old) == [WasMarked(MIA)]

    def test_nor_is_one_whose_hold_was_never_told(self, room: Room) -> None:
        phone = room.adds_asker(BOB_WAITING, hears_news=True)
        room.told(place(BOB, 3, Waiting(10)))
        assert room.frames(phone) == []


class TestReadings:
    @pytest.mark.parametrize(
        ("state", "frames"),
        [
            (BY_MIA, [HeldBy(MIA, 88)]),
            (Waiting(10), []),
            (Marked(MIA, AT), [WasMarked(MIA)]),
        ],
    )
    def test_tell_of_a_hold_whose_announcement_was_lost(
        self, room: Room, state: State, frames: list[Frame]
    ) -> None:
        phone = room.adds_asker(BOB_WAITING, hears_news=True)
        bobs_place = place(BOB, 5, state)
        listed = () if isinstance(state, Marked) else (bobs_place,)
        room.reads(*listed, watched=(bobs_place,), at=AT + 2)
        assert room.frames(phone) == frames

    @pytest.mark.parametrize(
        ("state", "frames"),
        [
            (BY_MIA, []),
            (BY_MAX, [HeldBy(MAX, 58)]),
            (Waiting(10), [LetGo()]),
            (None, [LetGo()]),
            (Marked(MIA, AT), [WasMarked(MIA)]),
        ],
    )
    def test_tell_what_has_become_of_a_hold(
        self, room: Room, state: State, frames: list[Frame]
    ) -> None:
        phone = room.adds_asker(BOB_WAITING, hears_news=True)
        room.told(place(BOB, 2, BY_MIA))
        room.forget_sent()
        bobs_place = place(BOB, 2 if state == BY_MIA else 5, state)
        listed = (bobs_place,) if isinstance(state, Waiting | Held) else ()
        for _ in range(2):
            room.reads(*listed, watched=(bobs_place,), at=AT + 2)
        assert room.frames(phone) == frames

    def test_a_hold_that_has_run_out_is_none(self, room: Room) -> None:
        """Nobody came by to end it yet."""
        phone = room.adds_asker(BOB_WAITING, hears_news=True)
        bobs_place = place(BOB, 2, BY_MIA)
        room.reads(bobs_place, watched=(bobs_place,), at=AT + 90)
        room.told(place(BOB, 3, Waiting(10)))
        assert room.frames(phone) == []


class TestWithAName:
    """A marker at another process: their name is read when it is wanted."""

    def test_it_is_told_again_to_whoever_still_is_held(self, room: Room) -> None:
        phone, old = room.adds_asker(BOB_WAITING, hears_news=True), room.adds_asker(BOB_WAITING)
        room.told(place(BOB, 2, BY_MIA))
        room.forget_sent()
        room.deliver(room.mirror.tell_hold_again(HeldBy(MIA, 90), 0.25))
        assert (room.frames(phone), room.frames(old)) == ([HeldBy(MIA, 89.75)], [])

    @pytest.mark.parametrize("state", [Waiting(10), BY_MAX, Marked(MIA, AT)])
    def test_but_not_to_one_who_is_not(self, room: Room, state: State) -> None:
        phone = room.adds_asker(BOB_WAITING, hears_news=True)
        room.told(place(BOB, 2, BY_MIA))
        room.told(place(BOB, 3, state))
        room.forget_sent()
        room.deliver(room.mirror.tell_hold_again(HeldBy(MIA, 90), 0.25))
        assert room.frames(phone) == []


class TestYourPlace:
    """Eve asked before Bob, Max after him."""

    EVE = UserId(5)

    @pytest.fixture
    def room(self) -> Room:
        room = Room()
        room.reads(place(self.EVE, 1, Waiting(5)), BOB_WAITING, place(MAX, 1, Waiting(20)))
        return room

    def test_is_told_right_after_opening(self, room: Room) -> None:
        assert room.frames(room.adds_asker(BOB_WAITING, hears_news=True)) == [YourPosition(2, 3, 0)]
        assert room.frames(room.adds_asker(BOB_WAITING)) == []

    def test_and_again_when_it_has_changed(self, room: Room) -> None:
        phone, place_of_max = (
            room.adds_asker(BOB_WAITING, hears_news=True),
            place(MAX, 1, Waiting(20)),
        )
        later = room.adds_asker(place_of_max, hears_news=True)
        old = room.adds_asker(BOB_WAITING)
        room.forget_sent()
        room.told(place(self.EVE, 2, None))
        assert room.mirror.owes_positions
        room.deliver(room.mirror.tell_positions(3.0))
        assert room.frames(phone) == [YourPosition(1, 2, 0)]
        assert room.frames(later) == [YourPosition(2, 2, 0)]
        assert room.frames(old) == []

    def test_but_not_twice_within_three_seconds(self, room: Room) -> None:
        phone = room.adds_asker(BOB_WAITING, hears_news=True)
        room.forget_sent()
        room.told(place(self.EVE, 2, None))
        room.deliver(room.mirror.tell_positions(2.9))
        assert room.frames(phone) == []
        assert room.mirror.owes_positions
        room.deliver(room.mirror.tell_positions(3.0))
        assert room.frames(phone) == [YourPosition(1, 2, 0)]
        room.deliver(room.mirror.tell_positions(6.0))
        assert room.frames(phone) == []
        assert not room.mirror.owes_positions

    def test_who_is_held_keeps_their_position(self, room: Room) -> None:
        phone = room.adds_asker(BOB_WAITING, hears_news=True)
        room.deliver(room.mirror.tell_positions(3.0))
        room.forget_sent()
        room.told(place(self.EVE, 2, Held(5, MIA, AT + 90)))
        assert not room.mirror.owes_positions
        room.deliver(room.mirror.tell_positions(6.0))
        assert room.frames(phone) == []

    def test_where_nobody_hears_news_nothing_is_owed(self, room: Room) -> None:
        room.adds_asker(BOB_WAITING)
        room.told(place(self.EVE, 2, None))
        assert not room.mirror.owes_positions

    def test_who_marks_is_counted_once_wherever_they_are(self, room: Room) -> None:
        phone = room.adds_asker(BOB_WAITING, hears_news=True)
        room.adds_marker(MIA), room.adds_marker(MIA)
        room.deliver(room.mirror.tell_positions(3.0))
        assert room.frames(phone) == [YourPosition(2, 3, 0), YourPosition(2, 3, 1)]
        listed = (place(self.EVE, 1, Waiting(5)), BOB_WAITING, place(MAX, 1, Waiting(20)))
        room.reads(*listed, markers={MIA, UserId(7), UserId(8)})
        room.deliver(room.mirror.tell_positions(6.0))
        assert room.frames(phone) == [YourPosition(2, 3, 3)]
        room.reads(*listed, markers={UserId(7)})
        room.deliver(room.mirror.tell_positions(9.0))
        assert room.frames(phone) == [YourPosition(2, 3, 1)]

    def test_one_who_opened_while_it_was_read_is_counted(self, room: Room) -> None:
        phone = room.adds_asker(BOB_WAITING, hears_news=True)
        heard_count_before = room.mirror.begin_reading()
        room.adds_marker(MIA)
        listed = (place(self.EVE, 1, Waiting(5)), BOB_WAITING, place(MAX, 1, Waiting(20)))
        room.applies(heard_count_before, *listed)
        room.deliver(room.mirror.tell_positions(3.0))
        assert room.frames(phone) == [YourPosition(2, 3, 0), YourPosition(2, 3, 1)]

    def test_oneself_is_not(self, room: Room) -> None:
        """Contract: 6.2, a socket that was open when its person began to wait."""
        room.adds_marker(BOB)
        assert room.frames(room.adds_asker(BOB_WAITING, hears_news=True)) == [YourPosition(2, 3, 0)]

    def test_one_who_has_gone_or_was_marked_has_none(self, room: Room) -> None:
        phone = room.adds_asker(BOB_WAITING, hears_news=True)
        room.forget_sent()
        room.told(place(BOB, 2, Marked(MIA, AT)))
        room.deliver(room.mirror.tell_positions(3.0))
        assert room.frames(phone) == []


class TestEventChanged:
    PHYSICS, CHEMISTRY = EventUpdated("Physics", 1.0, 9.0), EventUpdated("Chemistry", 1.0, 12.0)

    def test_it_is_told_on_both_sockets_once(self, room: Room) -> None:
        room.reads(BOB_WAITING, event=self.PHYSICS)
        sockets = [
            room.adds_asker(BOB_WAITING, hears_news=True),
            room.adds_marker(MIA, hears_news=True),
        ]
        old = [room.adds_asker(BOB_WAITING), room.adds_marker(MIA)]
        room.forget_sent()
        for _ in range(2):
            room.reads(BOB_WAITING, event=self.CHEMISTRY)
        assert [room.frames(each) for each in sockets] == [[self.CHEMISTRY]] * 2
        assert [room.frames(each) for each in old] == [[]] * 2

    def test_who_opens_afterwards_knows_it(self, room: Room) -> None:
        room.reads(BOB_WAITING, event=self.PHYSICS)
        room.reads(BOB_WAITING, event=self.CHEMISTRY)
        phone = room.adds_asker(BOB_WAITING, hears_news=True)
        room.reads(BOB_WAITING, event=self.CHEMISTRY)
        assert room.frames(phone) == []

    def test_who_opened_before_it_was_read_is_told(self, room: Room) -> None:
        room.reads(BOB_WAITING, event=self.PHYSICS)
        heard_count_before = room.mirror.begin_reading()
        phone = room.adds_asker(BOB_WAITING, hears_news=True)
        room.applies(heard_count_before, BOB_WAITING, event=self.CHEMISTRY)
        assert room.frames(phone) == [self.CHEMISTRY]
