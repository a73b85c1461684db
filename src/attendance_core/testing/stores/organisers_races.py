"""Who may mark changes while people mark, over every store. Contract: 8.6."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attendance_core.errors import MayNotMark, TooManyHelpers
from attendance_core.events import MAX_HELPERS
from attendance_core.marking.connections import Connection, Role
from attendance_core.marking.places import Held, Marked, Waiting
from attendance_core.marking.who_marks import WhoMarks
from attendance_core.ports import Unit
from attendance_core.testing.at_once import at_once, check_no_other_refusals
from attendance_core.testing.lectures import EVENT, Lecture, numbered_connection
from attendance_core.vocabulary import UserId

ANNA, BORIS = UserId(1), UserId(2)  # both mark; Anna created the lecture
ROUNDS = 12


async def marking_sockets(lecture: Lecture) -> dict[UserId, int]:
    """Counts the ``marking`` sockets of each person who has one.

    Raises AssertionError where somebody holds who has none.
    """

    def look(unit: Unit) -> tuple[Sequence[Connection], Sequence[Any]]:
        return unit.connections.marking(EVENT), unit.places.waiting_or_held(EVENT)

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
        for asker in lecture.waiting:
            await lecture.do.hang_up(connections=[asker], goodbye=True)
        for number in range(ROUNDS):
            await lets(lecture, WhoMarks.EVERYBODY)
            doing = [
                opens_marking(lecture, 5000 + 10 * number + nth, asker.user_id)
                for nth, asker in enumerate(lecture.waiting)
            ]
            doing.insert(number % 8, lets(lecture, WhoMarks.ORGANISERS))  # type: ignore[arg-type]
            check_no_other_refusals(await at_once(*doing), MayNotMark)
            assert await marking_sockets(lecture) == {ANNA: 1}

    async def test_a_choice_while_fewer_may_mark_leaves_no_hold_of_who_may_not(
        self, store: Any
    ) -> None:
        lecture = await Lecture.begun(store, waiting=ROUNDS)  # one a round: 6.19
        for number, asker in enumerate(lecture.waiting):
            await lets(lecture, WhoMarks.EVERYBODY)
            marking = await opens_marking(lecture, 5000 + number, BORIS)
            choice = lecture.do.prepare_to_mark(connection=marking, target=asker.user_id)
            narrowing = lets(lecture, WhoMarks.ORGANISERS)
            doing = [choice, narrowing] if number % 2 else [narrowing, choice]
            check_no_other_refusals(await at_once(*doing), MayNotMark)
            assert await marking_sockets(lecture) == {ANNA: 1}
            assert isinstance((await lecture.place(asker.user_id)).state, Waiting)

    async def test_a_confirm_while_fewer_may_mark_is_done_or_refused_as_a_whole(
        self, store: Any
    ) -> None:
        lecture = await Lecture.begun(store, waiting=ROUNDS)
        marked = 0
        for number, asker in enumerate(lecture.waiting):
            await lets(lecture, WhoMarks.EVERYBODY)
            marking = await opens_marking(lecture, 5000 + number, BORIS)
            await lecture.do.prepare_to_mark(connection=marking, target=asker.user_id)
            confirm = lecture.do.confirm_marking(connection=marking, target=asker.user_id)
            narrowing = lets(lecture, WhoMarks.ORGANISERS)
            doing = [confirm, narrowing] if number % 2 else [narrowing, confirm]
            told = await at_once(*doing)
            check_no_other_refusals(told, MayNotMark)
            state = (await lecture.place(asker.user_id)).state
            was_refused = any(isinstance(each, MayNotMark) for each in told)
            assert isinstance(state, Waiting if was_refused else Marked)
            marked += not was_refused
            assert await marking_sockets(lecture) == {ANNA: 1}
        assert await lecture.karma(BORIS) == 50 * marked

    async def test_all_who_hold_and_may_mark_no_more_give_back(self, store: Any) -> None:
        lecture = await Lecture.begun(store, waiting=20)
        goers = lecture.waiting[10:]
        for nth, goer in enumerate(goers):
            await lecture.do.hang_up(connections=[goer], goodbye=True)
            marking = await opens_marking(lecture, 5000 + nth, goer.user_id)
            target = lecture.waiting[9 - nth].user_id
            await lecture.do.prepare_to_mark(connection=marking, target=target)
        await at_once(
            lets(lecture, WhoMarks.CONFIRMED),
            *(
                lecture.do.mark_me(
                    connection=numbered_connection(6000 + nth, asker.user_id, Role.MARK_ME)
                )
                for nth, asker in enumerate(lecture.waiting)
            ),
        )
        assert await marking_sockets(lecture) == {ANNA: 1}
        for asker in lecture.waiting[:10]:
            assert isinstance((await lecture.place(asker.user_id)).state, Waiting)


class TestHelpersAtOnce:
    async def test_one_removed_while_choosing_holds_nobody(self, store: Any) -> None:
        lecture = await Lecture.begun(store, waiting=ROUNDS)  # one a round: 6.19
        arguments: dict[str, Any] = {"actor": ANNA, "event_id": EVENT, "user_id": BORIS}
        await lecture.do.add_helper(**arguments)
        await lets(lecture, WhoMarks.ORGANISERS)
        for number, asker in enumerate(lecture.waiting):
            await lecture.do.add_helper(**arguments)
            marking = await opens_marking(lecture, 5000 + number, BORIS)
            doing = [
                lecture.do.prepare_to_mark(connection=marking, target=asker.user_id),
                opens_marking(lecture, 6000 + number, BORIS),
            ]
            doing.insert(number % 3, lecture.do.remove_helper(**arguments))
            check_no_other_refusals(await at_once(*doing), MayNotMark)
            assert await marking_sockets(lecture) == {ANNA: 1}
            assert isinstance((await lecture.place(asker.user_id)).state, Waiting)

    async def test_at_once_no_more_than_the_most_are_added(self, store: Any) -> None:
        lecture = await Lecture.begun(store, waiting=MAX_HELPERS + 4)
        ids = [each.user_id for each in lecture.waiting]
        add = lecture.do.add_helper
        told = await at_once(*(add(actor=ANNA, event_id=EVENT, user_id=each) for each in ids))
        check_no_other_refusals(told, TooManyHelpers)
        assert sum(each is None for each in told) == MAX_HELPERS
        assert len(await lecture.do.get_helpers(actor=ANNA, event_id=EVENT)) == MAX_HELPERS

    async def test_one_who_is_added_many_times_at_once_is_one(self, store: Any) -> None:
        lecture = await Lecture.begun(store, waiting=0)
        add = lecture.do.add_helper
        told = await at_once(*(add(actor=ANNA, event_id=EVENT, user_id=BORIS) for _ in range(8)))
        assert told == [None] * 8
        assert len(await lecture.do.get_helpers(actor=ANNA, event_id=EVENT)) == 1
