"""What a mirror says of readings and of the end; lost news are mended. Contract: 6.9, 6.10."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance_core.marking.announcements import ConnectionsEnded, PlaceChanged
from attendance_core.marking.connections import Role
from attendance_core.marking.endings import Ending
from attendance_core.marking.frames import Closing, Delivery, UserJoined, UserLeft, WasMarked
from attendance_core.marking.outcomes import AskerOpened, MarkerOpened
from attendance_core.marking.places import Held, Marked, Place, Waiting
from attendance_core.marking.readings import Reading
from attendance_core.testing.machine.client import Client, Command
from attendance_core.vocabulary import UserId
from tests.support.mirror_room import AT, BOB, BY_MIA, ENDS_AT, EVENT, MAX, MIA, Room, place


@pytest.fixture
def room() -> Room:
    """Bob waits, and everybody has heard of it."""
    room = Room()
    room.reads(place(BOB, 1, Waiting(10)))
    return room


class TestReading:
    def test_lost_news_are_mended_by_joining_and_leaving(self, room: Room) -> None:
        max_ = room.adds_marker(MAX)
        room.frames(max_)
        room.reads(place(UserId(5), 1, Waiting(20)))
        assert room.frames(max_) == [UserJoined(UserId(5), 20), UserLeft(BOB)]

    def test_absence_is_older_than_what_was_told_since_it_began(self, room: Room) -> None:
        max_ = room.adds_marker(MAX)
        room.frames(max_)
        heard_count_before = room.mirror.begin_reading()
        room.told(place(UserId(5), 1, Waiting(20)))
        room.applies(heard_count_before, place(BOB, 1, Waiting(10)))
        assert room.frames(max_) == [UserJoined(UserId(5), 20)]

    def test_a_reading_older_than_news_changes_nothing(self, room: Room) -> None:
        max_ = room.adds_marker(MAX)
        heard_count_before = room.mirror.begin_reading()
        room.told(place(BOB, 2, BY_MIA))
        room.frames(max_)
        room.applies(heard_count_before, place(BOB, 1, Waiting(10)))
        assert room.frames(max_) == []

    def test_who_has_gone_comes_back_by_newer_news_only(self, room: Room) -> None:
        max_ = room.adds_marker(MAX)
        room.reads()
        room.frames(max_)
        room.told(place(BOB, 1, Waiting(10)))
        assert room.frames(max_) == []
        room.told(place(BOB, 3, Waiting(60)))
        assert room.frames(max_) == [UserJoined(BOB, 60)]

    def test_a_lost_mark_is_told_to_its_person(self, room: Room) -> None:
        phone = room.adds_asker(place(BOB, 1, Waiting(10)))
        room.reads(watched=(place(BOB, 3, Marked(MIA, AT)),))
        assert room.frames(phone) == [WasMarked(MIA)]

    def test_a_lost_mark_is_told_though_the_event_is_over(self, room: Room) -> None:
        phone, mia = room.adds_asker(place(BOB, 1, Waiting(10))), room.adds_marker(MIA)
        room.frames(mia)
        room.reads(watched=(place(BOB, 3, Marked(MIA, AT)),), at=ENDS_AT)
        assert room.frames(phone) == [WasMarked(MIA)]
        assert room.frames(mia) == [Closing(Ending.OVER)]

    def test_nobody_is_told_of_a_mark_that_is_known_to_be_annulled(self, room: Room) -> None:
        """Contract: 8.7; a reading of before the annulment is applied after it, at the end."""
        phone = room.adds_asker(place(BOB, 1, Waiting(10)))
        room.told(place(BOB, 4, None))
        room.reads(watched=(place(BOB, 3, Marked(MIA, AT)),), at=ENDS_AT)
        assert room.frames(phone) == [Closing(Ending.OVER)]
        assert room.mirror.knows_newer(place(BOB, 3, Marked(MIA, AT)))
        assert not room.mirror.knows_newer(place(BOB, 4, None))

    def test_sockets_of_a_deleted_event_close_once(self, room: Room) -> None:
        mia = room.adds_marker(MIA)
        room.frames(mia)
        for _ in range(2):
            heard_count_before = room.mirror.begin_reading()
            room.deliver(
                room.mirror.apply_reading(
                    heard_count_before, Reading(None, AT, (), (), frozenset())
                )
            )
        assert room.frames(mia) == [Closing(Ending.DELETED)]

    def test_a_socket_that_is_no_longer_stored_is_asked_why(self, room: Room) -> None:
        mia = room.adds_marker(MIA)
        room.frames(mia)
        heard_count_before = room.mirror.begin_reading()
        young = room.adds_marker(MAX)
        room.frames(young)
        room.deliver(
            room.mirror.apply_reading(heard_count_before, Reading(ENDS_AT, AT, (), (), frozenset()))
        )
        assert Closing(None) in room.frames(mia)
        assert Closing(None) not in room.frames(young)


class TestClosing:
    @pytest.mark.parametrize("why", [Ending.LEFT, Ending.LOGGED_OUT, Ending.DELETED])
    def test_those_named_close_with_the_reason(self, room: Room, why: Ending) -> None:
        mia, bob = room.adds_marker(MIA), room.adds_asker(place(BOB, 1, Waiting(10)))
        room.frames(mia)
        room.deliver(room.mirror.apply_announcement(ConnectionsEnded(EVENT, why, frozenset({mia}))))
        assert (room.frames(mia), room.frames(bob)) == ([Closing(why)], [])

    def test_where_none_are_named_all_close(self, room: Room) -> None:
        room.adds_marker(MIA), room.adds_asker(place(BOB, 1, Waiting(10)))
        room.deliver(room.mirror.apply_announcement(ConnectionsEnded(EVENT, Ending.DELETED)))
        assert [len(each.connection_ids) for each in room.deliveries] == [2]

    def test_a_mirror_is_empty_when_its_last_socket_has_gone(self, room: Room) -> None:
        assert room.mirror.is_empty
        one, two = room.connection(BOB, Role.MARK_ME), room.connection(BOB, Role.MARK_ME)
        three = room.connection(MIA, Role.MARKING)
        room.mirror.add_asker(one, AskerOpened(place(BOB, 1, Waiting(10)), AT))
        room.mirror.add_asker(two, AskerOpened(place(BOB, 1, Waiting(10)), AT))
        room.mirror.add_marker(three, MarkerOpened(None, AT))
        assert room.mirror.watched == [BOB, MIA]
        for connection in (one, three, three):
            room.mirror.remove(connection)
            assert not room.mirror.is_empty
        room.mirror.remove(two)
        assert room.mirror.is_empty


histories = st.lists(
    st.sampled_from(["ask", "hold by 3", "hold by 4", "release", "withdraw", "mark"]), max_size=12
)


def places_after(moves: list[str]) -> list[Place]:
    """Lists the places Bob goes through by these moves."""
    bobs_places = [Place(EVENT, BOB)]
    for number, move in enumerate(moves, 1):
        old = bobs_places[-1]
        state = old.state
        if move == "ask" and state is None:
            bobs_places.append(old.changed(member=True, state=Waiting(number)))
        elif move.startswith("hold") and isinstance(state, Waiting):
            by = UserId(int(move[-1]))
            bobs_places.append(old.changed(state=Held(state.since, by, number + 90)))
        elif move == "release" and isinstance(state, Held):
            bobs_places.append(old.changed(state=Waiting(state.since)))
        elif move == "withdraw" and isinstance(state, Waiting):
            bobs_places.append(old.withdrawn())
        elif move == "mark" and isinstance(state, Held):
            bobs_places.append(old.changed(state=Marked(state.marker, number)))
    return bobs_places


@given(moves=histories, data=st.data())
def test_whatever_is_lost_doubled_or_reordered_one_reading_mends_it(
    moves: list[str], data: st.DataObject
) -> None:
    room = Room()
    bobs_places = places_after(moves)
    mia = Client(room.connection(MIA, Role.MARKING))
    max_ = Client(room.connection(MAX, Role.MARKING))
    bob = Client(room.connection(BOB, Role.MARK_ME))
    clients = {each.connection.connection_id: each for each in (mia, max_, bob)}

    def deliver(deliveries: list[Delivery]) -> None:
        for each in deliveries:
            for cid in each.connection_ids:
                clients[cid].takes(each.frame)

    for client in (mia, max_):
        deliver(room.mirror.add_marker(client.connection, MarkerOpened(None, AT)))
    if moves:
        deliver(room.mirror.add_asker(bob.connection, AskerOpened(bobs_places[0], AT)))
    heard = data.draw(st.lists(st.sampled_from(bobs_places), max_size=12))
    for each in heard:
        is_commanded = isinstance(each.state, Held) and data.draw(st.booleans())
        marker = (
            (mia if each.state.marker == MIA else max_) if isinstance(each.state, Held) else None
        )
        if is_commanded and marker is not None:
            marker.command = Command("prepare", BOB)
            deliver(
                room.mirror.apply_announcement(
                    PlaceChanged(each, AT, marker.connection.connection_id)
                )
            )
            marker.command = None
        else:
            deliver(room.mirror.apply_announcement(PlaceChanged(each, AT)))
    bobs_place = bobs_places[-1]
    listed = [bobs_place] if isinstance(bobs_place.state, Waiting | Held) else []
    here = frozenset(clients)
    reading = Reading(ENDS_AT, AT, listed, [bobs_place] if moves else [], here)
    deliver(room.mirror.apply_reading(room.mirror.begin_reading(), reading))
    for client in (mia, max_):
        is_theirs = isinstance(bobs_place.state, Held) and client.held == {BOB}
        assert client.listed == (
            [BOB] if isinstance(bobs_place.state, Waiting) or is_theirs else []
        )
        if is_theirs and isinstance(bobs_place.state, Held):
            assert bobs_place.state.marker == client.user_id
    assert bob.marked_by == (
        bobs_place.state.marker if isinstance(bobs_place.state, Marked) and moves else None
    )
