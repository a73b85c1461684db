"""Marks of programs, each made at once, over every store. Contract: 6.21."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from attendance_core.errors import Refusal
from attendance_core.marking.ledger import Origin
from attendance_core.marking.outcomes import Outcome
from attendance_core.marking.places import Held, Marked, Waiting
from attendance_core.testing.at_once import at_once
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import EVENT, Lecture
from attendance_core.vocabulary import UserId

MARKER, ANNA, BORIS = map(UserId, range(2, 5))
ASKER_COUNT = 5  # whom one marker marks at once


class TestMarkAtOnce:
    """Contract: 6.21."""

    async def test_a_mark_at_once_is_in_the_ledger_pays_and_stays(self, store: Any) -> None:
        lecture = await Lecture.begun(store, waiting=2)
        about: dict[str, Any] = {"actor": MARKER, "event_id": EVENT, "user_id": ANNA}
        outcome = await lecture.do.mark_at_once(**about)
        place = await lecture.place(ANNA)
        assert place.state == Marked(MARKER, NOON, 1, Origin.HOLD)
        assert (outcome.place, outcome.paid) == (place, 50)
        again = await lecture.do.mark_at_once(**about)
        assert (again.place, again.changed, again.paid) == (place, False, 0)
        assert await lecture.karma(MARKER) == 50
        entry = await store.observe(lambda unit: unit.ledger.find(EVENT, ANNA, 1))
        assert (entry.actor_id, entry.at, entry.origin) == (MARKER, NOON, Origin.HOLD)

    async def test_a_mark_at_once_that_is_refused_leaves_no_trace(
        self, store: Any, clock: TestClock
    ) -> None:
        lecture = await Lecture.begun(store, waiting=2)
        await lecture.do.prepare_to_mark(connection=lecture.markers[0], target=ANNA)
        with pytest.raises(Refusal):
            await lecture.do.mark_at_once(actor=MARKER, event_id=EVENT, user_id=ANNA)
        assert isinstance((await lecture.place(ANNA)).state, Held)
        with pytest.raises(Refusal):
            await lecture.do.mark_at_once(actor=BORIS, event_id=EVENT, user_id=ANNA)
        assert isinstance((await lecture.place(BORIS)).state, Waiting)

    async def test_of_many_who_mark_one_person_at_once_one_marks(self, store: Any) -> None:
        """Contract: 6.1. Programs, with a socket that prepares among them."""
        lecture = await Lecture.begun(store, waiting=10)
        free = [each.user_id for each in lecture.waiting[2:]]
        for socket in lecture.waiting[2:]:
            await lecture.do.hang_up(connections=[socket], goodbye=True)
        told = await at_once(
            *(
                lecture.do.mark_at_once(actor=each, event_id=EVENT, user_id=ANNA)
                for each in [*free, *free]
            ),
            lecture.do.prepare_to_mark(connection=lecture.markers[0], target=ANNA),
        )
        kinds = Counter(type(each).__name__ for each in told)
        assert kinds.keys() <= {"Outcome", "Taken", "AlreadyMarked"}
        changed = [each for each in told if isinstance(each, Outcome) and each.changed]
        assert len(changed) == 1
        assert changed[0].place == await lecture.place(ANNA)
        entries = [
            await store.observe(lambda unit, n=n: unit.ledger.find(EVENT, ANNA, n)) for n in (1, 2)
        ]
        assert entries[1] is None
        assert (entries[0] is None) == isinstance(changed[0].place.state, Held)

    async def test_one_marker_marks_several_at_once(self, store: Any) -> None:
        """Each in turn: they hold one at a time, and none afterwards."""
        lecture = await Lecture.begun(store, waiting=ASKER_COUNT)
        told = await asyncio.gather(
            *(
                lecture.do.mark_at_once(actor=MARKER, event_id=EVENT, user_id=each.user_id)
                for each in lecture.waiting
            )
        )
        assert all(each.changed for each in told)
        paid = sum(each.paid for each in told)
        assert await lecture.karma(MARKER) == paid == 50 * ASKER_COUNT
