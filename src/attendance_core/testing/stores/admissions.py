"""Every store finds the sessions of whoever may watch an event. Contract: 8.5.

Those who may by a link are tried with the links of boards.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from attendance_core.accounts import CredentialKind, Session
from attendance_core.attendance import Admission
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.people import add_event_with_places, an_event
from attendance_core.vocabulary import EventId, SessionId, UserId

ENDS_AT = NOON + 3600


class TestAdmissions:
    async def test_sessions_of_organisers_are_found_in_pairs_with_their_events(
        self, store: Any
    ) -> None:
        """Contract: WatchAttendance"""
        anna, boris, vera = await add_event_with_places(store, "Анна", "Борис", "Вера")
        other = EventId(uuid4())
        sessions = {who: SessionId(f"of {who}") for who in (anna, boris, vera)}

        def work(unit: Any) -> None:
            unit.events.add(replace(an_event("Other", other), creator_id=vera))
            unit.helpers.add(EVENT, boris, NOON)
            for who, session_id in sessions.items():
                unit.sessions.add(Session(session_id, who, CredentialKind.COOKIE, NOON, NOON + who))

        await store.transact(work)

        async def organising(*pairs: tuple[UserId, EventId]) -> set[Admission]:
            asked = [(sessions[who], event_id) for who, event_id in pairs]
            return set(await store.observe(lambda u: u.admissions.by_session(asked)))

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
