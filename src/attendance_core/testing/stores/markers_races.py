"""Markers who meet: at one person, at one moment, over every store. Contract: 6.1."""

from __future__ import annotations

import asyncio
from typing import Any

from attendance_core.errors import Taken
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.outcomes import Outcome
from attendance_core.marking.places import Held, Marked
from attendance_core.testing.lectures import EVENT, Lecture

ROUNDS = 6


class TestMarkersAtOnce:
    async def test_of_two_markers_who_choose_one_asker_exactly_one_holds(self, store: Any) -> None:
        lecture = await Lecture.begun(store, waiting=ROUNDS)  # one a round: 6.19
        for each in lecture.waiting:
            told = await asyncio.gather(
                *(
                    lecture.do.prepare_to_mark(connection=marker, target=each.user_id)
                    for marker in lecture.markers
                ),
                return_exceptions=True,
            )
            holders = [
                marker
                for marker, answer in zip(lecture.markers, told, strict=True)
                if isinstance(answer, Outcome)
            ]
            kinds = sorted(type(answer).__name__ for answer in told)
            assert kinds == ["Outcome", Taken.__name__], f"one of two was to hold; answers: {told}"
            state = (await lecture.place(each.user_id)).state
            assert isinstance(state, Held)
            assert state.marker == holders[0].user_id, "another one holds than was told so"
            await lecture.do.refuse_to_mark(connection=holders[0])

    async def test_marks_of_two_people_at_one_moment_are_both_kept(self, store: Any) -> None:
        lecture = await Lecture.begun(store, waiting=2 * ROUNDS)
        one, other = lecture.markers
        for number in range(ROUNDS):
            pair = lecture.waiting[2 * number : 2 * number + 2]
            for marker, asker in zip((one, other), pair, strict=True):
                await lecture.do.prepare_to_mark(connection=marker, target=asker.user_id)
            await asyncio.gather(
                *(lecture.do.confirm_marking(connection=marker) for marker in (one, other))
            )
            states = [(await lecture.place(each.user_id)).state for each in pair]
            assert all(isinstance(each, Marked) for each in states), f"one was lost: {states}"
            karma = [await lecture.karma(each.user_id) for each in (one, other)]
            assert karma == [50 * (number + 1)] * 2, f"a mark is not paid: {karma}"

    async def test_of_a_confirm_that_comes_twice_at_once_one_mark_is_left(self, store: Any) -> None:
        lecture = await Lecture.begun(store, waiting=ROUNDS)
        marker = lecture.markers[0]
        for number, each in enumerate(lecture.waiting):
            await lecture.do.prepare_to_mark(connection=marker, target=each.user_id)
            told = await asyncio.gather(
                *(
                    lecture.do.confirm_marking(connection=marker, target=each.user_id)
                    for _ in range(3)
                )
            )
            assert [answer.changed for answer in told].count(True) == 1
            found = await store.observe(
                lambda u, who=each.user_id: [u.ledger.find(EVENT, who, n) for n in (1, 2)]
            )
            assert found[0] is not None
            assert found[1] is None, f"marked twice: {found}"
            assert await lecture.karma(marker.user_id) == 50 * (number + 1)

    async def test_a_hold_and_a_mark_are_announced_with_the_place_as_it_is(
        self, store: Any, notifier: Any
    ) -> None:
        lecture = await Lecture.begun(store, waiting=1)
        heard: list[Any] = []
        await notifier.subscribe(EVENT, heard.append)
        marker, asker = lecture.markers[0], lecture.waiting[0].user_id
        for step in (lecture.do.prepare_to_mark, lecture.do.confirm_marking):
            heard.clear()
            await step(connection=marker, target=asker)
            places = [each.place for each in heard if isinstance(each, PlaceChanged)]
            assert places == [await lecture.place(asker)], f"published: {heard}"
