"""Corrections that meet each other, and whatever else happens, on every store.

Contract: 6.1, 8.1, 8.2 and 8.7.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest_asyncio

from attendance_core.errors import NobodyHeld, RecordChanged, Refusal
from attendance_core.marking.connections import Role
from attendance_core.marking.ledger import AnnulReason, Entry
from attendance_core.marking.places import Marked, Waiting
from attendance_core.marking.terms import Terms
from attendance_core.pieces import ListQuery
from attendance_core.testing.at_once import at_once_in_any_order
from attendance_core.testing.lectures import EVENT, Lecture, numbered_connection, use_cases
from attendance_core.testing.stand_ins import any_ids
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import UserId

CREATOR, HELPER, PERSON = UserId(1), UserId(2), UserId(3)
ROUNDS = 12


def annul(
    do: UseCases, n: int, actor: UserId = CREATOR, reason: AnnulReason = AnnulReason.OTHER
) -> Awaitable[int]:
    """Begins to annul an entry of the person."""
    return do.annul_mark(actor=actor, event_id=EVENT, user_id=PERSON, n=n, reason=reason)


def mark_by_hand(do: UseCases, actor: UserId = CREATOR) -> Awaitable[int]:
    """Begins to mark the person by hand."""
    return do.mark_participant(actor=actor, event_id=EVENT, user_id=PERSON)


async def read_ledger(lecture: Lecture) -> list[Entry]:
    """Reads the entries of the person, the first one first.

    Raises AssertionError where their numbers have a gap, or the place knows another last one.
    """
    found = await lecture.store.observe(lambda u: u.ledger.of(EVENT, PERSON, ListQuery()))
    entries = sorted((line.entry for line in found), key=lambda each: int(each.n))
    assert [each.n for each in entries] == list(range(1, len(entries) + 1))
    place = await lecture.place(PERSON)
    assert place.last_n == len(entries)
    assert isinstance(place.state, Marked) == (len(entries) % 2 == 1)
    return entries


async def wait_and_hold(lecture: Lecture, number: int) -> UseCases:
    """Has the person wait, if they do not, and the helper hold them; answers the use cases."""
    do = use_cases(lecture.store, any_ids())
    if not isinstance((await lecture.place(PERSON)).state, Waiting):
        await do.mark_me(connection=numbered_connection(2000 + number, PERSON, Role.MARK_ME))
    await do.prepare_to_mark(connection=lecture.markers[1], target=PERSON)
    return do


class TestCorrectionsAtOnce:
    @pytest_asyncio.fixture
    async def lecture(self, store: Any) -> Lecture:
        begun = await Lecture.begun(store, waiting=2)
        await use_cases(store).add_helper(actor=CREATOR, event_id=EVENT, user_id=HELPER)
        return begun

    async def test_of_two_organisers_who_mark_by_hand_both_are_told_of_one_mark(
        self, lecture: Lecture
    ) -> None:
        for round_ in range(ROUNDS):
            told = await at_once_in_any_order(
                mark_by_hand(lecture.do), mark_by_hand(lecture.do, HELPER)
            )
            assert told == [2 * round_ + 1] * 2
            assert len(await read_ledger(lecture)) == 2 * round_ + 1
            await annul(lecture.do, 2 * round_ + 1)

    async def test_of_two_organisers_who_annul_one_is_told_that_the_record_changed(
        self, lecture: Lecture
    ) -> None:
        for round_ in range(ROUNDS):
            n = await mark_by_hand(lecture.do)
            told = await at_once_in_any_order(annul(lecture.do, n), annul(lecture.do, n, HELPER))
            assert sorted(map(repr, told)) == sorted([repr(n + 1), repr(RecordChanged())])
            assert len(await read_ledger(lecture)) == 2 * round_ + 2

    async def test_one_who_annuls_twice_is_answered_alike(self, lecture: Lecture) -> None:
        n = await mark_by_hand(lecture.do)
        assert await at_once_in_any_order(*(annul(lecture.do, n) for _ in range(6))) == [n + 1] * 6
        assert len(await read_ledger(lecture)) == 2

    async def test_of_a_mark_by_hand_and_a_confirm_one_is_kept(self, lecture: Lecture) -> None:
        """One of them marks; no hold is left."""
        for number in range(ROUNDS):
            do = await wait_and_hold(lecture, number)
            confirm = do.confirm_marking(connection=lecture.markers[1], target=PERSON)
            hand, confirmed = await at_once_in_any_order(mark_by_hand(do), confirm)
            entries = await read_ledger(lecture)
            assert hand == len(entries)
            if isinstance(confirmed, NobodyHeld):
                assert entries[-1].actor_id == CREATOR
            else:
                assert entries[-1].actor_id == HELPER
                assert confirmed.changed
            await annul(do, len(entries))

    async def test_a_repeated_confirm_does_not_mark_again_whom_an_organiser_annuls(
        self, lecture: Lecture
    ) -> None:
        for number in range(ROUNDS):
            do = await wait_and_hold(lecture, number)
            done = await do.confirm_marking(connection=lecture.markers[1], target=PERSON)
            again = do.confirm_marking(connection=lecture.markers[1], target=PERSON)
            annulled, repeated = await at_once_in_any_order(annul(do, done.place.last_n), again)
            assert annulled == done.place.last_n + 1
            assert isinstance(repeated, NobodyHeld) or not repeated.changed
            assert len(await read_ledger(lecture)) == annulled
            assert await lecture.karma(HELPER) == 0

    async def test_one_who_comes_back_while_their_mark_is_annulled_is_marked_or_waits(
        self, lecture: Lecture
    ) -> None:
        """It was told of the mark that stood, or waits anew and its socket is there."""
        for number in range(ROUNDS):
            n = await mark_by_hand(lecture.do)
            phone = numbered_connection(3000 + number, PERSON, Role.MARK_ME)
            annulled, asked = await at_once_in_any_order(
                annul(lecture.do, n), lecture.do.mark_me(connection=phone)
            )
            assert annulled == n + 1
            found = await lecture.store.observe(
                lambda u, it=phone.connection_id: u.connections.find(it)
            )
            place = await lecture.place(PERSON)
            if isinstance(asked.place.state, Marked):
                assert (asked.place.last_n, found, place.state) == (n, None, None)
            else:
                assert found is not None
                assert isinstance(place.state, Waiting)
            await read_ledger(lecture)
            await lecture.do.hang_up(connections=[phone], goodbye=True)

    async def test_a_helper_who_is_removed_meanwhile_corrects_or_is_refused(
        self, lecture: Lecture
    ) -> None:
        arguments: dict[str, Any] = {"actor": CREATOR, "event_id": EVENT, "user_id": HELPER}
        count = 0
        for _ in range(2 * ROUNDS):
            is_marked = count % 2 == 1
            corrects = (
                annul(lecture.do, count, HELPER) if is_marked else mark_by_hand(lecture.do, HELPER)
            )
            told, _ = await at_once_in_any_order(corrects, lecture.do.remove_helper(**arguments))
            count += not isinstance(told, Refusal)
            assert len(await read_ledger(lecture)) == count
            await lecture.do.add_helper(**arguments)

    async def test_a_crowd_that_corrects_one_person_leaves_one_chain(
        self, lecture: Lecture
    ) -> None:
        for _ in range(ROUNDS):
            n = (await lecture.place(PERSON)).last_n
            await at_once_in_any_order(
                *(mark_by_hand(lecture.do, actor) for actor in (CREATOR, HELPER)),
                *(
                    annul(lecture.do, each, actor)
                    for actor in (CREATOR, HELPER)
                    for each in (max(1, n), n + 1)
                ),
            )
            entries = await read_ledger(lecture)
            assert len({each.n for each in entries}) == len(entries)
        terms = Terms()
        assert await lecture.store.observe(lambda u: u.ledger.karma(CREATOR, terms)) == 0
