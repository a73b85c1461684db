"""Corrections that meet each other, and whatever else happens, on every store.

Contract: 6.1, 8.1, 8.2 and 8.7.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable
from typing import Any

import pytest_asyncio

from attendance_core.errors import NobodyHeld, RecordChanged, Refusal
from attendance_core.marking.connections import Role
from attendance_core.marking.ledger import AnnulReason, Entry
from attendance_core.marking.places import Marked, Waiting
from attendance_core.marking.terms import Terms
from attendance_core.pieces import ListQuery
from attendance_core.testing.lectures import EVENT, Lecture, socket, use_cases
from attendance_core.testing.stand_ins import any_ids
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import UserId

CREATOR, HELPER, PERSON = UserId(1), UserId(2), UserId(3)
ROUNDS = 12


async def at_once(*calls: Awaitable[Any]) -> list[Any]:
    """What each came to: its answer, or its refusal; anything else is a fault."""
    shuffled = list(enumerate(calls))
    random.shuffle(shuffled)
    told = await asyncio.gather(*(call for _, call in shuffled), return_exceptions=True)
    for each in told:
        assert not isinstance(each, BaseException) or isinstance(each, Refusal), each
    return [answer for _, answer in sorted(zip((n for n, _ in shuffled), told, strict=True))]


def annul(
    do: UseCases, n: int, actor: UserId = CREATOR, reason: AnnulReason = AnnulReason.OTHER
) -> Awaitable[int]:
    return do.annul_mark(actor=actor, event_id=EVENT, user_id=PERSON, n=n, reason=reason)


def by_hand(do: UseCases, actor: UserId = CREATOR) -> Awaitable[int]:
    return do.mark_participant(actor=actor, event_id=EVENT, user_id=PERSON)


async def ledger(lecture: Lecture) -> list[Entry]:
    """Of the person, the first one first; its numbers have no gap, and the place agrees."""
    found = await lecture.store.observe(lambda u: u.ledger.of(EVENT, PERSON, ListQuery()))
    entries = sorted((line.entry for line in found), key=lambda each: int(each.n))
    assert [each.n for each in entries] == list(range(1, len(entries) + 1))
    place = await lecture.place(PERSON)
    assert place.last_n == len(entries)
    assert isinstance(place.state, Marked) == (len(entries) % 2 == 1)
    return entries


async def holds(lecture: Lecture, number: int) -> Any:
    """The person waits anew, and is held by the helper's socket."""
    do = use_cases(lecture.store, any_ids())
    if not isinstance((await lecture.place(PERSON)).state, Waiting):
        await do.mark_me(connection=socket(2000 + number, PERSON, Role.MARK_ME))
    await do.prepare_to_mark(connection=lecture.markers[1], target=PERSON)
    return do


class TestCorrectionsAtOnce:
    @pytest_asyncio.fixture
    async def lecture(self, store: Any) -> Lecture:
        begun = await Lecture.begun(store, waiting=2)
        await use_cases(store).add_helper(actor=CREATOR, event_id=EVENT, user_id=HELPER)
        return begun

    async def test_two_organisers_mark_by_hand(self, lecture: Lecture) -> None:
        for round_ in range(ROUNDS):
            told = await at_once(by_hand(lecture.do), by_hand(lecture.do, HELPER))
            assert told == [2 * round_ + 1] * 2
            assert len(await ledger(lecture)) == 2 * round_ + 1
            await annul(lecture.do, 2 * round_ + 1)

    async def test_two_organisers_annul(self, lecture: Lecture) -> None:
        for round_ in range(ROUNDS):
            n = await by_hand(lecture.do)
            told = await at_once(annul(lecture.do, n), annul(lecture.do, n, HELPER))
            assert sorted(map(repr, told)) == sorted([repr(n + 1), repr(RecordChanged())])
            assert len(await ledger(lecture)) == 2 * round_ + 2

    async def test_one_who_annuls_twice_is_answered_alike(self, lecture: Lecture) -> None:
        n = await by_hand(lecture.do)
        assert await at_once(*(annul(lecture.do, n) for _ in range(6))) == [n + 1] * 6
        assert len(await ledger(lecture)) == 2

    async def test_an_organiser_and_a_confirm(self, lecture: Lecture) -> None:
        """One of them marks; no hold is left."""
        for number in range(ROUNDS):
            do = await holds(lecture, number)
            confirm = do.confirm_marking(connection=lecture.markers[1], target=PERSON)
            hand, confirmed = await at_once(by_hand(do), confirm)
            entries = await ledger(lecture)
            assert hand == len(entries)
            if isinstance(confirmed, NobodyHeld):
                assert entries[-1].actor_id == CREATOR
            else:
                assert entries[-1].actor_id == HELPER
                assert confirmed.changed
            await annul(do, len(entries))

    async def test_an_annulment_and_a_repeated_confirm(self, lecture: Lecture) -> None:
        for number in range(ROUNDS):
            do = await holds(lecture, number)
            done = await do.confirm_marking(connection=lecture.markers[1], target=PERSON)
            again = do.confirm_marking(connection=lecture.markers[1], target=PERSON)
            annulled, repeated = await at_once(annul(do, done.place.last_n), again)
            assert annulled == done.place.last_n + 1
            assert isinstance(repeated, NobodyHeld) or not repeated.changed
            assert len(await ledger(lecture)) == annulled
            assert await lecture.karma(HELPER) == 0

    async def test_an_annulment_while_the_persons_phone_comes_back(self, lecture: Lecture) -> None:
        """It was told of the mark that stood, or waits anew and its socket is there."""
        for number in range(ROUNDS):
            n = await by_hand(lecture.do)
            phone = socket(3000 + number, PERSON, Role.MARK_ME)
            annulled, asked = await at_once(
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
            await ledger(lecture)
            await lecture.do.hang_up(connections=[phone], goodbye=True)

    async def test_a_helper_who_is_removed_in_the_middle(self, lecture: Lecture) -> None:
        helps: dict[str, Any] = {"actor": CREATOR, "event_id": EVENT, "user_id": HELPER}
        count = 0
        for _ in range(2 * ROUNDS):
            marked = count % 2 == 1
            corrects = annul(lecture.do, count, HELPER) if marked else by_hand(lecture.do, HELPER)
            told, _ = await at_once(corrects, lecture.do.remove_helper(**helps))
            count += not isinstance(told, Refusal)
            assert len(await ledger(lecture)) == count
            await lecture.do.add_helper(**helps)

    async def test_a_crowd_that_corrects_one_person_leaves_one_chain(
        self, lecture: Lecture
    ) -> None:
        for _ in range(ROUNDS):
            n = (await lecture.place(PERSON)).last_n
            await at_once(
                *(by_hand(lecture.do, actor) for actor in (CREATOR, HELPER)),
                *(
                    annul(lecture.do, each, actor)
                    for actor in (CREATOR, HELPER)
                    for each in (max(1, n), n + 1)
                ),
            )
            entries = await ledger(lecture)
            assert len({each.n for each in entries}) == len(entries)
        terms = Terms()
        assert await lecture.store.observe(lambda u: u.ledger.karma(CREATOR, terms)) == 0
