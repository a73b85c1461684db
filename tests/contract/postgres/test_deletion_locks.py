"""Whoever names somebody who is about to be deleted waits, and then finds nobody. Decision 0025."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from attendance_adapters.sql.postgres import PostgresStore
from attendance_adapters.system import RandomIds
from attendance_core.errors import PersonNotFound
from attendance_core.testing.lectures import EVENT, Lecture, use_cases
from attendance_core.vocabulary import UserId
from tests.support.eventually import PATIENCE_SECONDS
from tests.support.postgres_rivals import ANNA, Rival

ABOUT_ANNA: dict[str, Any] = {"actor": 1, "user_id": ANNA}
NAMING_CALLS: dict[str, Callable[[Any], Awaitable[Any]]] = {
    "a friend request": lambda do: do.send_friend_request(**ABOUT_ANNA),
    "a helper": lambda do: do.add_helper(**ABOUT_ANNA, event_id=EVENT),
    "a mark by hand": lambda do: do.mark_participant(**ABOUT_ANNA, event_id=EVENT),
    "a mark by a program for them": lambda do: do.mark_at_once(
        actor=ANNA, user_id=UserId(1), event_id=EVENT
    ),
}


@pytest.mark.parametrize("named", NAMING_CALLS)
async def test_who_is_named_while_they_are_deleted_is_found_by_nobody(
    store: PostgresStore, named: str
) -> None:
    lecture = await Lecture.begun(store, waiting=1)
    async with Rival(store) as other:
        # As the last transaction of a deletion: the profile whole, and then without its name
        await other.run(f"SELECT FROM profiles WHERE user_id = {ANNA} FOR UPDATE")
        await other.run(f"UPDATE profiles SET display_name = '' WHERE user_id = {ANNA}")
        naming = asyncio.ensure_future(NAMING_CALLS[named](lecture.do))
        await other.until_somebody_waits()
        await other.connection.commit()
    with pytest.raises(PersonNotFound):
        await naming


async def test_who_is_admitted_while_they_are_deleted_is_somebody_new(
    store: PostgresStore,
) -> None:
    """Contract: 10.1."""
    do = use_cases(store, RandomIds())
    anna = await do.admit(issuer="host", subject="7", display_name="Anna")
    async with Rival(store) as other:
        # As that transaction: the account first, and all that is theirs before it commits
        await other.run("SELECT FROM accounts FOR NO KEY UPDATE")
        await other.run("DELETE FROM links")
        await other.run("UPDATE accounts SET username = '', username_key = '/'")
        admitting = asyncio.ensure_future(
            do.admit(issuer="host", subject="7", display_name="Anna", session="another")
        )
        waited = asyncio.ensure_future(other.until_somebody_waits())
        done, _ = await asyncio.wait(
            [admitting, waited], return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE_SECONDS
        )
        assert done == {waited}
        await other.connection.commit()
    again = await admitting
    assert again.user_id != anna.user_id
    assert await store.observe(lambda unit: unit.sessions.by_host_of(again.user_id)) != []
