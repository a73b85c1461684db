"""Every store keeps the links of boards, finds who may watch, and counts a sheet. Contract: 8.5."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from attendance_core.accounts import CredentialKind, Session
from attendance_core.attendance import Admission
from attendance_core.marking.places import Held, Waiting
from attendance_core.sheet_counts import SheetCounts
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.people import add_event_with, an_event, annul, mark
from attendance_core.vocabulary import BoardId, EventId, SessionId, UserId

ENDS_AT = NOON + 3600


class TestBoardLinks:
    """Contract: MakeBoardLink, RemoveBoardLink."""

    async def test_a_new_board_link_ends_the_one_before(self, store: Any) -> None:
        await add_event_with(store, "Анна")
        old, new = BoardId("old"), BoardId("new")
        for board_id in (old, new):
            await store.transact(lambda u, it=board_id: u.boards.put(EVENT, it))
        found = await store.observe(
            lambda u: u.boards.admissions_by_link([old, new, BoardId("another")])
        )
        assert found == [Admission(EVENT, new, ENDS_AT)]
        for _ in range(2):
            await store.transact(lambda u: u.boards.remove(EVENT))
        assert await store.observe(lambda u: u.boards.admissions_by_link([new])) == []
        assert await store.observe(lambda u: u.boards.admissions_by_link([])) == []

    async def test_a_board_link_follows_the_end_of_its_event_and_goes_with_it(
        self, store: Any
    ) -> None:
        await add_event_with(store, "Анна")
        link = BoardId("link")
        await store.transact(lambda u: u.boards.put(EVENT, link))
        longer = replace(await store.observe(lambda u: u.events.get(EVENT)), ends_at=ENDS_AT + 60)
        await store.transact(lambda u: (u.events.lock(EVENT), u.events.put(longer)))
        found = await store.observe(lambda u: u.boards.admissions_by_link([link]))
        assert found == [Admission(EVENT, link, ENDS_AT + 60)]
        await store.transact(lambda u: u.events.remove(EVENT))
        assert await store.observe(lambda u: u.boards.admissions_by_link([link])) == []


class TestBoards:
    async def test_sessions_of_organisers_are_found_in_pairs_with_their_events(
        self, store: Any
    ) -> None:
        """Contract: WatchAttendance"""
        anna, boris, vera = await add_event_with(store, "Анна", "Борис", "Вера")
        other = EventId(uuid4())
        sessions = {who: SessionId(f"of {who}") for who in (anna, boris, vera)}

        def work(unit: Any) -> None:
            unit.events.add(replace(an_event("Other", other), creator_id=vera))
            unit.helpers.add(EVENT, boris, NOON)
            for who, session_id in sessions.items():
                unit.sessions.add(Session(session_id, who, CredentialKind.COOKIE, NOON, NOON + who))

        await store.transact(work)

        async def organising(*pairs: tuple[UserId, EventId]) -> set[Admission]:
            asked = [sessions[who] for who, _ in pairs], [event_id for _, event_id in pairs]
            return set(await store.observe(lambda u: u.boards.admissions_by_session(*asked)))

        def admitted(who: UserId, event_id: EventId) -> Admission:
            return Admission(event_id, sessions[who], ENDS_AT, NOON, NOON + who)

        assert await organising() == set()
        assert await organising((vera, EVENT)) == set()
        assert await organising((anna, EVENT), (boris, EVENT), (vera, EVENT)) == {
            admitted(anna, EVENT),
            admitted(boris, EVENT),
        }
        assert await organising((vera, other), (boris, EVENT), (anna, EventId(uuid4()))) >= {
            admitted(vera, other),
            admitted(boris, EVENT),
        }
        await store.transact(lambda u: u.helpers.remove(EVENT, boris))
        await store.transact(lambda u: u.sessions.remove([sessions[anna]]))
        assert await organising((anna, EVENT), (boris, EVENT)) == set()

    async def test_a_sheet_is_counted_by_state(self, store: Any) -> None:
        """Contract: WatchAttendance; who has left is on it with an entry, and not without."""
        names = "waits", "held", "lapsed", "marked", "annulled", "marked and left", "left", "joined"
        anna, *others = await add_event_with(store, "Анна", *names)
        waits, held, lapsed, marked, annulled, gone, left, joined = others

        def counts(unit: Any, now: float = NOON, creator: UserId | None = None) -> SheetCounts:
            event = unit.events.get(EVENT)
            whose = replace(event, creator_id=creator or event.creator_id)
            found: SheetCounts = unit.participants.counts(whose, now)
            return found

        assert await store.observe(counts) == SheetCounts(0, 0, 0, 0, 0)

        def work(unit: Any) -> None:
            states = {
                waits: Waiting(NOON),
                held: Held(NOON, anna, NOON + 1),
                lapsed: Held(NOON, waits, NOON),
            }
            for user_id, place in unit.places.lock(EVENT, others).items():
                unit.places.put(place.joined().changed(state=states.get(user_id)))
            for user_id in (marked, annulled, gone):
                mark(unit, user_id, anna)
            annul(unit, annulled, anna)
            for user_id in (gone, left):
                unit.places.put(unit.places.lock(EVENT, [user_id])[user_id].left(NOON))

        await store.transact(work)
        expected = SheetCounts(joined=7, waiting=2, held=1, marked=2, participants=7)
        assert await store.observe(counts) == expected
        over = expected._replace(waiting=0, held=0)
        assert await store.observe(lambda u: counts(u, ENDS_AT)) == over

        async def participants(creator: UserId, now: float = NOON) -> int:
            found: SheetCounts = await store.observe(lambda u: counts(u, now, creator))
            return found.participants

        only_organise, take_part = (joined, annulled), (waits, held, lapsed, marked, gone)
        assert [await participants(each) for each in only_organise] == [6, 6]
        assert [await participants(each) for each in take_part] == [7] * 5
        assert [await participants(each, ENDS_AT) for each in take_part] == [6, 6, 6, 7, 7]
        await store.transact(lambda u: annul(u, gone, anna))
        assert await store.observe(counts) == expected._replace(marked=1, participants=6)
