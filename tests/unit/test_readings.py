"""What a reading of a room shows."""

from __future__ import annotations

from attendance_core.events import DeleteEvent
from attendance_core.marking.endings import Ending
from attendance_core.testing.machine.driving import drive
from attendance_core.vocabulary import UserId
from tests.support.world import World


class TestReadRoom:
    def test_it_shows_the_room_at_one_moment(self, world: World) -> None:
        waiting, marker = world.waits(2), world.comes_to_mark(3)
        world.chooses(marker, 2)
        reading = drive(
            world.read_room(
                event_id=world.event_id, process_id=world.process_id, watched=[UserId(3)]
            )
        )
        assert reading.listed == [world.place(2)]
        assert reading.watched_places == [world.place(3)]
        assert reading.connection_ids_here == {waiting.connection_id, marker.connection_id}
        assert reading.ending is None

    def test_of_a_deleted_event_there_is_nothing(self, world: World) -> None:
        drive(DeleteEvent(world.store.transact)(actor=UserId(1), event_id=world.event_id))
        reading = drive(
            world.read_room(event_id=world.event_id, process_id=world.process_id, watched=[])
        )
        assert reading.ending is Ending.DELETED


class TestWhoIsThereToMark:
    """Contract: 6.16, with a present socket, on whatever process."""

    def markers(self, world: World) -> frozenset[UserId]:
        reading = world.read_room(event_id=world.event_id, process_id=world.process_id, watched=())
        return drive(reading).marker_ids

    def test_each_once_and_nobody_who_waits(self, world: World) -> None:
        world.waits(1)
        for marker in (2, 2, 3):
            world.comes_to_mark(marker, world.start_process())
        assert self.markers(world) == {2, 3}

    def test_a_loss_has_a_grace_and_a_goodbye_has_none(self, world: World) -> None:
        world.waits(1)
        lost, gone = world.comes_to_mark(2), world.comes_to_mark(3)
        world.breaks_off(lost)
        world.says_goodbye(gone)
        assert self.markers(world) == {2}
        world.clock.pass_(15)
        assert self.markers(world) == set()

    def test_those_of_a_dead_process_go_after_the_grace_though_nobody_swept(
        self, world: World
    ) -> None:
        world.waits(1)
        world.advance(20)
        world.comes_to_mark(2, world.start_process())
        world.advance_unswept(14)
        assert self.markers(world) == {2}
        world.clock.pass_(1)
        assert self.markers(world) == set()
