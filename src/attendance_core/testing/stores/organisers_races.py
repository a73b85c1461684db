"""Organisers change an event while people come to mark in it, over every store. Contract: 8.6."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from attendance_core.errors import (
    BadTimes,
    EventNameTaken,
    EventOver,
    MayNotMark,
    NobodyHeld,
    NotWaiting,
    Refusal,
    TooManyHelpers,
)
from attendance_core.events import MAX_HELPERS, Event
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.places import Held, Marked, Waiting
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.ports import Unit
from attendance_core.testing.at_once import at_once, refusals_among
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import EVENT, Lecture, numbered_connection
from attendance_core.testing.stand_ins import any_code
from attendance_core.vocabulary import EventId, UserId

ANNA, BORIS = UserId(1), UserId(2)  # both mark; Anna created the lecture
FIRST_ASKER = 3  # who waits, from here on
ROUNDS = 12


def check_refusals(told: Sequence[Any], *kinds: type[Refusal]) -> None:
    """Raises AssertionError where something was refused for another reason than these."""
    assert all(isinstance(each, kinds) for each in refusals_among(told)), told


async def marking_sockets(lecture: Lecture) -> dict[UserId, int]:
    """Counts the ``marking`` sockets of each person who has one.

    Raises AssertionError where somebody holds who has none.
    """

    def look(unit: Unit) -> tuple[Sequence[Connection], Sequence[Any]]:
        return unit.connections.marking(EVENT), unit.places.listed(EVENT)

    connections, places = await lecture.store.observe(look)
    ids = [each.user_id for each in connections]
    holding = {each.state.marker for each in places if isinstance(each.state, Held)}
    assert holding <= set(ids), f"{holding - set(ids)} hold somebody, and have no `marking` socket"
    return {user_id: ids.count(user_id) for user_id in ids}


async def lets(lecture: Lecture, who_marks: WhoMarks) -> None:
    """Has the creator say who marks."""
    await lecture.do.update_event(actor=ANNA, event_id=EVENT, who_marks=who_marks)


async def opens_marking(lecture: Lecture, number: int, user_id: int) -> Connection:
    """Opens a ``marking`` socket. Raises what `ReadyToMark` does."""
    connection = numbered_connection(number, user_id, Role.MARKING)
    await lecture.do.ready_to_mark(connection=connection)
    return connection


class TestFewerMayMark:
    async def test_openings_while_fewer_may_mark_let_nobody_in_who_may_not(
        self, store: Any
    ) -> None:
        lecture = await Lecture.begun(store, waiting=8)
        for mine in lecture.waiting:
            await lecture.do.hang_up(connections=[mine], goodbye=True)
        for number in range(ROUNDS):
            await lets(lecture, WhoMarks.EVERYBODY)
            doing = [
                opens_marking(lecture, 5000 + 10 * number + nth, mine.user_id)
                for nth, mine in enumerate(lecture.waiting)
            ]
            doing.insert(number % 8, lets(lecture, WhoMarks.ORGANISERS))  # type: ignore[arg-type]
            check_refusals(await at_once(*doing), MayNotMark)
            assert await marking_sockets(lecture) == {ANNA: 1}

    async def test_a_choice_while_fewer_may_mark_leaves_no_hold_of_who_may_not(
        self, store: Any
    ) -> None:
        lecture = await Lecture.begun(store, waiting=ROUNDS)  # one a round: 6.19
        for number, mine in enumerate(lecture.waiting):
            await lets(lecture, WhoMarks.EVERYBODY)
            marking = await opens_marking(lecture, 5000 + number, BORIS)
            choice = lecture.do.prepare_to_mark(connection=marking, target=mine.user_id)
            narrowed = lets(lecture, WhoMarks.ORGANISERS)
            doing = [choice, narrowed] if number % 2 else [narrowed, choice]
            check_refusals(await at_once(*doing), MayNotMark)
            assert await marking_sockets(lecture) == {ANNA: 1}
            assert isinstance((await lecture.place(mine.user_id)).state, Waiting)

    async def test_a_confirm_while_fewer_may_mark_is_done_or_refused_as_a_whole(
        self, store: Any
    ) -> None:
        lecture = await Lecture.begun(store, waiting=ROUNDS)
        marked = 0
        for number, mine in enumerate(lecture.waiting):
            await lets(lecture, WhoMarks.EVERYBODY)
            marking = await opens_marking(lecture, 5000 + number, BORIS)
            await lecture.do.prepare_to_mark(connection=marking, target=mine.user_id)
            confirm = lecture.do.confirm_marking(connection=marking, target=mine.user_id)
            narrowed = lets(lecture, WhoMarks.ORGANISERS)
            doing = [confirm, narrowed] if number % 2 else [narrowed, confirm]
            told = await at_once(*doing)
            check_refusals(told, MayNotMark)
            state = (await lecture.place(mine.user_id)).state
            was_refused = any(isinstance(each, MayNotMark) for each in told)
            assert isinstance(state, Waiting if was_refused else Marked)
            marked += not was_refused
            assert await marking_sockets(lecture) == {ANNA: 1}
        assert await lecture.karma(BORIS) == 50 * marked

    async def test_all_who_hold_and_may_mark_no_more_give_back(self, store: Any) -> None:
        lecture = await Lecture.begun(store, waiting=20)
        goers = lecture.waiting[10:]
        for nth, mine in enumerate(goers):
            await lecture.do.hang_up(connections=[mine], goodbye=True)
            marking = await opens_marking(lecture, 5000 + nth, mine.user_id)
            target = lecture.waiting[9 - nth].user_id
            await lecture.do.prepare_to_mark(connection=marking, target=target)
        await at_once(
            lets(lecture, WhoMarks.CONFIRMED),
            *(
                lecture.do.mark_me(
                    connection=numbered_connection(6000 + nth, mine.user_id, Role.MARK_ME)
                )
                for nth, mine in enumerate(lecture.waiting)
            ),
        )
        assert await marking_sockets(lecture) == {ANNA: 1}
        for mine in lecture.waiting[:10]:
            assert isinstance((await lecture.place(mine.user_id)).state, Waiting)


class TestHelpersAtOnce:
    async def test_one_removed_while_choosing_holds_nobody(self, store: Any) -> None:
        lecture = await Lecture.begun(store, waiting=ROUNDS)  # one a round: 6.19
        one: dict[str, Any] = {"actor": ANNA, "event_id": EVENT, "user_id": BORIS}
        await lecture.do.add_helper(**one)
        await lets(lecture, WhoMarks.ORGANISERS)
        for number, mine in enumerate(lecture.waiting):
            await lecture.do.add_helper(**one)
            marking = await opens_marking(lecture, 5000 + number, BORIS)
            doing = [
                lecture.do.prepare_to_mark(connection=marking, target=mine.user_id),
                opens_marking(lecture, 6000 + number, BORIS),
            ]
            doing.insert(number % 3, lecture.do.remove_helper(**one))
            check_refusals(await at_once(*doing), MayNotMark)
            assert await marking_sockets(lecture) == {ANNA: 1}
            assert isinstance((await lecture.place(mine.user_id)).state, Waiting)

    async def test_at_once_no_more_than_the_most_are_added(self, store: Any) -> None:
        lecture = await Lecture.begun(store, waiting=MAX_HELPERS + 4)
        ids = [each.user_id for each in lecture.waiting]
        add = lecture.do.add_helper
        told = await at_once(*(add(actor=ANNA, event_id=EVENT, user_id=each) for each in ids))
        check_refusals(told, TooManyHelpers)
        assert sum(each is None for each in told) == MAX_HELPERS
        assert len(await lecture.do.get_helpers(actor=ANNA, event_id=EVENT)) == MAX_HELPERS

    async def test_one_who_is_added_many_times_at_once_is_one(self, store: Any) -> None:
        lecture = await Lecture.begun(store, waiting=0)
        add = lecture.do.add_helper
        told = await at_once(*(add(actor=ANNA, event_id=EVENT, user_id=BORIS) for _ in range(8)))
        assert told == [None] * 8
        assert len(await lecture.do.get_helpers(actor=ANNA, event_id=EVENT)) == 1


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
            check_refusals(told, EventNameTaken)
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
            mine = replace(
                numbered_connection(7000 + number, BORIS, Role.MARKING), event_id=event_id
            )
            await lecture.do.ready_to_mark(connection=mine)
            narrow: dict[str, Any] = {"actor": ANNA, "event_id": event_id}
            narrow["who_marks"] = WhoMarks.ORGANISERS
            doing = [
                lecture.do.update_event(**narrow),
                lecture.do.prepare_to_mark(connection=mine, target=UserId(FIRST_ASKER)),
                lecture.do.delete_event(actor=ANNA, event_id=event_id),
            ]
            turn = number % 3
            told = await at_once(*doing[turn:], *doing[:turn])
            assert all(isinstance(each, Refusal | None) for each in told), told
            check_refusals(told, Refusal)
            assert not await store.observe(
                lambda unit, event_id=event_id: unit.connections.marking(event_id)
            )

    async def test_one_who_is_confirmed_while_it_gets_another_name_is_marked(
        self, store: Any
    ) -> None:
        """A mark refers to the event, whose row is being changed."""
        lecture = await Lecture.begun(store, waiting=ROUNDS)
        for number, mine in enumerate(lecture.waiting):
            boris = lecture.markers[1]
            await lecture.do.prepare_to_mark(connection=boris, target=mine.user_id)
            await asyncio.gather(
                lecture.do.confirm_marking(connection=boris),
                lecture.do.update_event(actor=ANNA, event_id=EVENT, name=f"Name {number}"),
            )
            assert isinstance((await lecture.place(mine.user_id)).state, Marked)


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
        boris, asks = lecture.markers[1], clock.now

        def ticks() -> float:
            clock.pass_(0.1)
            return asks()

        def goes_on(unit: Unit) -> None:
            unit.events.put(replace(unit.events.get(EVENT), ends_at=asks() + 3600))

        for number, mine in enumerate(lecture.waiting):
            await store.transact(goes_on)
            await lecture.do.prepare_to_mark(connection=boris, target=mine.user_id)
            with monkeypatch.context() as patch:
                patch.setattr(clock, "now", ticks)
                doing = [
                    lecture.do.confirm_marking(connection=boris),
                    lecture.do.update_event(actor=ANNA, event_id=EVENT, ends_at=asks() + 0.35),
                ]
                told = await at_once(*doing[:: 1 if number % 2 else -1])
            check_refusals(told, EventOver, BadTimes)
            state = (await lecture.place(mine.user_id)).state
            ends_at = (await lecture.do.get_event_by_id(event_id=EVENT)).event.ends_at
            if isinstance(state, Marked):
                assert state.at < ends_at
            else:
                await store.transact(goes_on)
                await lecture.do.refuse_to_mark(connection=boris)
