"""Every store keeps the links of boards. Contract: 8.5."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from attendance_core.attendance import Admission
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.people import add_event_with_places
from attendance_core.vocabulary import BoardId

ENDS_AT = NOON + 3600


class TestBoardLinks:
    """Contract: MakeBoardLink, RemoveBoardLink."""

    async def test_a_new_board_link_ends_the_one_before(self, store: Any) -> None:
        await add_event_with_places(store, "Анна")
        old, new = BoardId("old"), BoardId("new")
        for board_id in (old, new):
            await store.transact(lambda u, it=board_id: u.boards.put(EVENT, it))
        found = await store.observe(lambda u: u.admissions.by_link([old, new, BoardId("another")]))
        assert found == [Admission(EVENT, new, ENDS_AT)]
        for _ in range(2):
            await store.transact(lambda u: u.boards.remove(EVENT))
        assert await store.observe(lambda u: u.admissions.by_link([new])) == []
        assert await store.observe(lambda u: u.admissions.by_link([])) == []

    async def test_a_board_link_follows_the_end_of_its_event_and_goes_with_it(
        self, store: Any
    ) -> None:
        await add_event_with_places(store, "Анна")
        board_id = BoardId("board")
        await store.transact(lambda u: u.boards.put(EVENT, board_id))
        longer = replace(await store.observe(lambda u: u.events.get(EVENT)), ends_at=ENDS_AT + 60)
        await store.transact(lambda u: (u.events.lock(EVENT), u.events.put(longer)))
        found = await store.observe(lambda u: u.admissions.by_link([board_id]))
        assert found == [Admission(EVENT, board_id, ENDS_AT + 60)]
        await store.transact(lambda u: u.events.remove(EVENT))
        assert await store.observe(lambda u: u.admissions.by_link([board_id])) == []
