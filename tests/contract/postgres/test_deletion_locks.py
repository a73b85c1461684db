"""Whoever names somebody who is about to be deleted waits, and then finds nobody. Decision 0025."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from attendance_adapters.sql.postgres import PostgresStore
from attendance_core.errors import PersonNotFound
from tests.support.lecture import EVENT, Lecture
from tests.support.postgres_strangers import ANNA, Stranger

ABOUT: dict[str, Any] = {"actor": 1, "user_id": ANNA}
NAMES: dict[str, Callable[[Any], Awaitable[Any]]] = {
    "a friend request": lambda do: do.send_friend_request(**ABOUT),
    "a helper": lambda do: do.add_helper(**ABOUT, event_id=EVENT),
    "a mark by hand": lambda do: do.mark_participant(**ABOUT, event_id=EVENT),
}


@pytest.mark.parametrize("named", NAMES)
async def test_who_is_named_while_they_are_deleted_is_found_by_nobody(
    store: PostgresStore, named: str
) -> None:
    lecture = await Lecture.begun(store, waiting=1)
    async with Stranger(store) as other:
        # As the last transaction of a deletion: the profile whole, and then without its name
        await other.run(f"SELECT FROM profiles WHERE user_id = {ANNA} FOR UPDATE")
        await other.run(f"UPDATE profiles SET display_name = '' WHERE user_id = {ANNA}")
        naming = asyncio.ensure_future(NAMES[named](lecture.do))
        await other.is_waited_for()
        await other.connection.commit()
    with pytest.raises(PersonNotFound):
        await naming
