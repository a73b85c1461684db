"""Events change at once, or while somebody is marked in them, over every store. Contract: 8.6."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from attendance_core.errors import (
    BadTimes,
    EventNameTaken,
    EventOver,
    NobodyHeld,
    NotWaiting,
    Refusal,
)
from attendance_core.events import Event
from attendance_core.marking.connections import Role
from attendance_core.marking.places import Marked
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.ports import Unit
from attendance_core.testing.at_once import at_once, check_no_other_refusals
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import EVENT, Lecture, numbered_connection
from attendance_core.testing.stand_ins import any_code
from attendance_core.vocabulary import EventId, UserId

ANNA, BORIS = UserId(1), UserId(2)  # both mark; Anna created the lecture
FIRST_ASKER = 3  # who waits, from here on
ROUNDS = 12


class TestChangesAtOnce:
    async def test_of_two_events_that_want_one_name_one_gets_it(self, store: Any) -> None:
        lecture = await Lecture.begun(store, waiting=0)
        other = EventId(uuid4())
        event = Event(other, "Seminar", ANNA, NOON - 60, NOON + 3600, any_code())
        await store.transact(lambda unit: unit.events.add(event))
        for number in range(ROUNDS):
            told = await at_once(
                *(
                    lecture.do.update_event(actor=ANNA, event_id=each, name=f"Name {number}")
                    for each in (EVENT, other)
                )
            )
            check_no_other_refusals(told, EventNameTaken)
            assert told.count(None) == 1
            assert len(await lecture.do.get_events(name=f"Name {number}")) == 1

    async def test_changes_at_once_are_all_kept(self, store: Any) -> None:
        lecture = await Lecture.begun(store, waiting=0)
        update = lecture.do.update_event
        for number in range(ROUNDS):
            until = NOON + 60 + number
            await asyncio.gather(
                update(actor=ANNA, event_id=EVENT, name=f"Name {number}"),
                update(actor=ANNA, event_id=EVENT, ends_at=until),
                update(actor=ANNA, event_id=EVENT, who_marks=list(WhoMarks)[number % 3]),
            )
            seen = (await lecture.do.get_event_by_id(event_id=EVENT)).event
            told = (seen.name, seen.ends_at, seen.who_marks)
            assert told == (f"Name {number}", until, list(WhoMarks)[number % 3])

    async def test_of_a_deletion_and_a_change_both_are_done_or_the_second_finds_none(
        self, store: Any
    ) -> None:
        lecture = await Lecture.begun(store, waiting=2)
        for number in range(ROUNDS):
            event_id = EventId(UUID(int=100 + number))
            event = Event(event_id, f"Room {number}", ANNA, NOON - 60, NOON + 3600, any_code())
            await store.transact(lambda unit, event=event: unit.events.add(event))
            marking = replace(
                numbered_connection(7000 + number, BORIS, Role.MARKING), event_id=event_id
            )
            await lecture.do.ready_to_mark(connection=marking)
            arguments: dict[str, Any] = {"actor": ANNA, "event_id": event_id}
            arguments["who_marks"] = WhoMarks.ORGANISERS
            doing = [
                lecture.do.update_event(**arguments),
                lecture.do.prepare_to_mark(connection=marking, target=UserId(FIRST_ASKER)),
                lecture.do.delete_event(actor=ANNA, event_id=event_id),
            ]
            turn = number % 3
            told = await at_once(*doing[turn:], *doing[:turn])
            assert all(isinstance(each, Refusal | None) for each in told), told
            assert not await store.observe(
                lambda unit, event_id=event_id: unit.connections.marking(event_id)
            )

    async def test_one_who_is_confirmed_while_it_gets_another_name_is_marked(
        self, store: Any
    ) -> None:
        """A mark refers to the event, whose row is being changed."""
        lecture = await Lecture.begun(store, waiting=ROUNDS)
        for number, asker in enumerate(lecture.waiting):
            boris = lecture.markers[1]
            await lecture.do.prepare_to_mark(connection=boris, target=asker.user_id)
            await asyncio.gather(
                lecture.do.confirm_marking(connection=boris),
                lecture.do.update_event(actor=ANNA, event_id=EVENT, name=f"Name {number}"),
            )
            assert isinstance((await lecture.place(asker.user_id)).state, Marked)


class TestShorterEvents:
    async def test_a_shortened_event_lets_nobody_be_marked_behind_its_end(
        self, store: Any, clock: Any
    ) -> None:
        lecture = await Lecture.begun(store, waiting=2)
        boris = lecture.markers[1]
        await lecture.do.prepare_to_mark(connection=boris, target=UserId(FIRST_ASKER))
        told = await at_once(
            lecture.do.update_event(actor=ANNA, event_id=EVENT, ends_at=clock.now() + 1),
            lecture.do.refuse_to_mark(connection=boris),
        )
        assert not any(isinstance(each, BaseException) for each in told)
        with pytest.raises((NobodyHeld, NotWaiting)):
            await lecture.do.confirm_marking(connection=boris)
        await lecture.do.prepare_to_mark(connection=boris, target=UserId(FIRST_ASKER + 1))
        clock.pass_(1)
        with pytest.raises(Refusal) as refused:
            await lecture.do.confirm_marking(connection=boris)
        assert refused.value.code == "event_over"

    async def test_of_a_shorter_end_and_a_confirm_no_mark_is_behind_it(
        self, store: Any, clock: TestClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Contract: 6.9; time passes whenever somebody asks for it."""
        lecture = await Lecture.begun(store, waiting=ROUNDS)
        boris, real_now = lecture.markers[1], clock.now

        def later_now() -> float:
            clock.pass_(0.1)
            return real_now()

        def prolong(unit: Unit) -> None:
            unit.events.put(replace(unit.events.get(EVENT), ends_at=real_now() + 3600))

        for number, asker in enumerate(lecture.waiting):
            await store.transact(prolong)
            await lecture.do.prepare_to_mark(connection=boris, target=asker.user_id)
            with monkeypatch.context() as patch:
                patch.setattr(clock, "now", later_now)
                doing = [
                    lecture.do.confirm_marking(connection=boris),
                    lecture.do.update_event(actor=ANNA, event_id=EVENT, ends_at=real_now() + 0.35),
                ]
                told = await at_once(*doing[:: 1 if number % 2 else -1])
            check_no_other_refusals(told, EventOver, BadTimes)
            state = (await lecture.place(asker.user_id)).state
            ends_at = (await lecture.do.get_event_by_id(event_id=EVENT)).event.ends_at
            if isinstance(state, Marked):
                assert state.at < ends_at
            else:
                await store.transact(prolong)
                await lecture.do.refuse_to_mark(connection=boris)
