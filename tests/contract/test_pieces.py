"""A list goes on behind any row of it, also where another Python folds names. Contract: 1.20."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from attendance_core.events import EventQuery
from attendance_core.folding import fold
from attendance_core.friends import Friendship
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.people import add_people, an_event, join
from attendance_core.testing.stores.pieces import LISTS, NAMES_FOLDED_OTHERWISE
from attendance_core.vocabulary import EventId


@pytest.mark.parametrize("name", ["participants", "attended", "events", "friends"])
async def test_what_another_python_has_folded_is_in_its_list_once(
    store: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It may know other letters, and keeps its rows in another order than we would."""
    lists = {**LISTS, "events": (lambda unit, me, query: unit.events.search(None, query), None)}
    look, _ = lists[name]
    with monkeypatch.context() as patch:
        for module in ("events", "profiles"):
            patch.setattr(f"attendance_adapters.sql.{module}.fold", lambda text: fold(text)[::-1])
        me, *others = await add_people(store, *NAMES_FOLDED_OTHERWISE)

        def work(unit: Any) -> None:
            unit.events.add(an_event())
            for number, other in enumerate(others):
                join(unit, EVENT, other)
                unit.friendships.add(Friendship(me, other, NOON))
                event_id = EventId(uuid4())
                unit.events.add(an_event(NAMES_FOLDED_OTHERWISE[number], event_id, NOON - 1))
                join(unit, event_id, me)

        await store.transact(work)

    def read(unit: Any) -> None:
        for asked in (EventQuery(), EventQuery(newest_first=True)):
            whole = look(unit, me, asked)
            assert len(whole) >= len(others)
            found: list[Any] = []
            query = replace(asked, limit=1)
            while len(found) <= len(whole) and (piece := look(unit, me, query)):
                found += piece
                query = replace(query, after=piece[-1])
            assert found == whole

    await store.observe(read)
