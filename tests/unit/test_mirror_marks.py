"""What a mirror says to one who is marked, and when. Contract: 6.4, 8.7."""

from __future__ import annotations

import pytest

from attendance_core.marking.announcements import ConnectionsEnded
from attendance_core.marking.endings import Ending
from attendance_core.marking.frames import Closing, UserLeft, WasMarked
from attendance_core.marking.places import Marked, Waiting
from attendance_core.vocabulary import UserId
from tests.support.mirror_room import AT, BOB, BY_MIA, EVENT, MAX, MIA, Room, place

BOB_WAITING, MARKED_BY_MIA = place(BOB, 1, Waiting(10)), place(BOB, 3, Marked(MIA, AT))


@pytest.fixture
def room() -> Room:
    """Bob waits, and everybody has heard of it."""
    room = Room()
    room.reads(BOB_WAITING)
    return room


def test_it_is_told_to_its_person_once_a_socket(room: Room) -> None:
    phone, laptop = (room.adds_asker(BOB_WAITING) for _ in range(2))
    other = room.adds_asker(place(UserId(5), 1, Waiting(11)))
    room.told(MARKED_BY_MIA)
    room.told(place(BOB, 4, Marked(MIA, AT)))
    room.reads_marks(place(BOB, 4, Marked(MIA, AT)))
    room.reads(watched=(place(BOB, 4, Marked(MIA, AT)),))
    assert room.frames(phone) == room.frames(laptop) == [WasMarked(MIA)]
    assert room.frames(other) == []
    assert not room.mirror.owes_marks


def test_it_is_told_where_the_opening_was_heard_of_later(room: Room) -> None:
    room.told(MARKED_BY_MIA)
    phone = room.adds_asker(BOB_WAITING)
    assert room.frames(phone) == []
    room.reads_marks(MARKED_BY_MIA)
    assert room.frames(phone) == [WasMarked(MIA)]


def test_what_is_said_of_it_is_not_told_before_it_was_seen(room: Room) -> None:
    """The word of its annulment may be under way."""
    phone, max_ = room.adds_asker(BOB_WAITING), room.adds_marker(MAX)
    room.frames(max_)
    room.told(MARKED_BY_MIA)
    assert (room.frames(phone), room.frames(max_)) == ([], [UserLeft(BOB)])
    room.reads_marks(place(BOB, 4, None))
    assert room.frames(phone) == []
    room.told(place(BOB, 4, None))
    ended = ConnectionsEnded(EVENT, Ending.FORGOTTEN, frozenset({phone}))
    room.deliver(room.mirror.apply_announcement(ended))
    assert room.frames(phone) == [Closing(Ending.FORGOTTEN)]


def test_one_whose_mark_is_annulled_at_once_is_not_let_go(room: Room) -> None:
    """Contract: 8.9; they were marked, and come back."""
    phone = room.adds_asker(BOB_WAITING, hears_news=True)
    room.told(place(BOB, 2, BY_MIA))
    room.told(MARKED_BY_MIA)
    room.forget_sent()
    room.told(place(BOB, 4, None))
    assert room.frames(phone) == []


def test_a_look_that_is_older_than_news_tells_nothing(room: Room) -> None:
    phone = room.adds_asker(BOB_WAITING)
    room.told(MARKED_BY_MIA)
    room.mirror.begin_reading_marks()
    room.told(place(BOB, 4, None))
    room.deliver(room.mirror.apply_marks([MARKED_BY_MIA]))
    assert room.frames(phone) == []


def test_one_who_is_marked_anew_by_then_is_told_by_whom(room: Room) -> None:
    phone = room.adds_asker(BOB_WAITING)
    room.told(MARKED_BY_MIA)
    room.reads_marks(place(BOB, 6, Marked(MAX, AT + 9, 3)))
    assert room.frames(phone) == [WasMarked(MAX)]


def test_a_reading_tells_it_where_the_look_failed(room: Room) -> None:
    phone = room.adds_asker(BOB_WAITING)
    room.told(MARKED_BY_MIA)
    room.mirror.begin_reading_marks()
    assert not room.mirror.owes_marks
    room.reads(watched=(MARKED_BY_MIA,))
    assert room.frames(phone) == [WasMarked(MIA)]


def test_nobody_is_looked_up_who_has_no_socket_here_or_is_not_marked_any_more(room: Room) -> None:
    room.told(MARKED_BY_MIA)
    assert not room.mirror.owes_marks
    room.told(place(BOB, 4, Waiting(20)))
    room.adds_asker(place(BOB, 4, Waiting(20)))
    room.told(place(BOB, 5, BY_MIA))
    room.told(place(BOB, 6, Marked(MIA, AT, 3)))
    assert room.mirror.owes_marks
    room.told(place(BOB, 7, None))
    assert not room.mirror.owes_marks
