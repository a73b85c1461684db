"""What a place becomes, and what it does not."""

from __future__ import annotations

import pytest

from attendance_core.errors import NobodyHeld
from attendance_core.marking.places import Place
from attendance_core.testing.clock import NOON
from attendance_core.vocabulary import UserId
from tests.support.world import World


class TestPlace:
    def test_only_what_can_change_counts_as_a_change(self, world: World) -> None:
        place = Place(world.event_id, UserId(2), member=True)
        assert place.joined() is place
        assert place.withdrawn() is place
        assert place.released(NOON, present=True) is place

    def test_nobody_is_marked_but_by_who_holds_them(self, world: World) -> None:
        place = Place(world.event_id, UserId(2), member=True)
        held = place.asked(NOON).held(UserId(3), NOON, 90)
        for by, now in ((UserId(4), NOON), (UserId(3), NOON + 90)):
            with pytest.raises(NobodyHeld):
                held.marked(by, now)
