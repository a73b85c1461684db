"""An event that changes while somebody marks in it: of both, one is first. Contract: 6.9, 8.5."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from attendance_adapters.sql.postgres import PostgresStore
from attendance_adapters.sql.refusals import FOREIGN_KEY_VIOLATION
from attendance_core.errors import (
    BadTimes,
    EventOver,
    MayNotAnnul,
    NotAnOrganiser,
    SomebodyWasMarked,
)
from attendance_core.marking.ledger import AnnulReason
from attendance_core.marking.places import Held, Marked, Waiting
from attendance_core.pieces import ListQuery
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import EVENT, Lecture
from attendance_core.vocabulary import UserId
from tests.support.postgres_rivals import ANNA, Rival

HELPER = UserId(2)
CREATOR_AND_HELPER: dict[str, Any] = {"actor": UserId(1), "event_id": EVENT, "user_id": HELPER}


async def held_by_the_helper(store: PostgresStore) -> Lecture:
    lecture = await Lecture.begun(store, waiting=1)
    await lecture.do.prepare_to_mark(connection=lecture.markers[1], target=ANNA)
    return lecture


class TestShortened:
    async def test_a_confirm_that_waited_for_it_is_refused_behind_the_new_end(
        self, store: PostgresStore, clock: TestClock
    ) -> None:
        lecture = await held_by_the_helper(store)
        async with Rival(store) as other:
            await other.run("SELECT FROM events FOR UPDATE")
            await other.run("UPDATE events SET ends_at = :end", end=int(NOON + 1) * 1_000_000)
            clock.pass_(2)
            confirm = lecture.do.confirm_marking(connection=lecture.markers[1])
            confirmed = asyncio.create_task(confirm)
            await other.until_somebody_waits()
            await other.connection.commit()
        with pytest.raises(EventOver):
            await confirmed
        assert isinstance((await lecture.place(ANNA)).state, Held)
        assert not await store.observe(lambda u: u.ledger.of(EVENT, None, ListQuery()))

    async def test_so_is_a_mark_by_a_program(self, store: PostgresStore, clock: TestClock) -> None:
        """Contract: 6.21."""
        lecture = await Lecture.begun(store, waiting=1)
        async with Rival(store) as other:
            await other.run("SELECT FROM events FOR UPDATE")
            await other.run("UPDATE events SET ends_at = :end", end=int(NOON + 1) * 1_000_000)
            clock.pass_(2)
            marked = asyncio.create_task(
                lecture.do.mark_at_once(actor=HELPER, event_id=EVENT, user_id=ANNA)
            )
            await other.until_somebody_waits()
            await other.connection.commit()
        with pytest.raises(EventOver):
            await marked
        assert isinstance((await lecture.place(ANNA)).state, Waiting)

    async def test_it_waits_for_a_confirm_and_cannot_end_before_that(
        self, store: PostgresStore, clock: TestClock
    ) -> None:
        lecture = await Lecture.begun(store, waiting=1)
        async with Rival(store) as other:
            await other.run("SELECT FROM events FOR KEY SHARE")
            shortened = asyncio.create_task(
                lecture.do.update_event(actor=UserId(1), event_id=EVENT, ends_at=NOON + 1)
            )
            await other.until_somebody_waits()
            clock.pass_(2)
            await other.connection.commit()
        with pytest.raises(BadTimes):
            await shortened

    async def test_confirms_do_not_wait_for_each_other(self, store: PostgresStore) -> None:
        lecture = await held_by_the_helper(store)
        async with Rival(store) as other:
            await other.run("SELECT FROM events FOR KEY SHARE")
            done = await lecture.do.confirm_marking(connection=lecture.markers[1])
        assert isinstance(done.place.state, Marked)


class TestRemovedHelper:
    """Who waited for somebody's place, or for the event, helps no more by then."""

    async def test_marks_nobody_by_hand(self, store: PostgresStore) -> None:
        lecture = await Lecture.begun(store, waiting=1)
        await lecture.do.add_helper(**CREATOR_AND_HELPER)
        async with Rival(store) as other:
            await other.run("SELECT FROM places WHERE user_id = :anna FOR UPDATE", anna=ANNA)
            marks = lecture.do.mark_participant(actor=HELPER, event_id=EVENT, user_id=ANNA)
            marked = asyncio.create_task(marks)
            await other.until_somebody_waits()
            await lecture.do.remove_helper(**CREATOR_AND_HELPER)
            await other.connection.commit()
        with pytest.raises(NotAnOrganiser):
            await marked
        assert (await lecture.place(ANNA)).last_n == 0

    async def test_annuls_nothing(self, store: PostgresStore) -> None:
        lecture = await Lecture.begun(store, waiting=1)
        await lecture.do.add_helper(**CREATOR_AND_HELPER)
        n = await lecture.do.mark_participant(actor=UserId(1), event_id=EVENT, user_id=ANNA)
        async with Rival(store) as other:
            await other.run("SELECT FROM events FOR UPDATE")
            await other.run("DELETE FROM helpers")
            annuls = lecture.do.annul_mark(
                actor=HELPER, event_id=EVENT, user_id=ANNA, n=n, reason=AnnulReason.OTHER
            )
            annulled = asyncio.create_task(annuls)
            await other.until_somebody_waits()
            await other.connection.commit()
        with pytest.raises(MayNotAnnul):
            await annulled
        assert (await lecture.place(ANNA)).last_n == 1


async def test_the_version_before_is_told_what_it_knows_of_an_event_with_entries(
    store: PostgresStore,
) -> None:
    """Contract: 5.6; it goes by the name of the constraint, and no row of `marks` is left."""
    lecture = await Lecture.begun(store, waiting=1)
    await lecture.do.mark_participant(actor=UserId(1), event_id=EVENT, user_id=ANNA)
    await lecture.do.annul_mark(
        actor=UserId(1), event_id=EVENT, user_id=ANNA, n=1, reason=AnnulReason.OTHER
    )
    async with Rival(store) as before:
        with pytest.raises(IntegrityError) as refused:
            await before.run("DELETE FROM events")
    told: Any = refused.value.driver_exception
    assert (told.sqlstate, told.constraint_name) == (FOREIGN_KEY_VIOLATION, "fk_marks_event_id")
    with pytest.raises(SomebodyWasMarked):
        await lecture.do.delete_event(actor=UserId(1), event_id=EVENT)
