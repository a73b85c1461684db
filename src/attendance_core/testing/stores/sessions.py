"""Every store keeps sessions, as `Sessions` promises."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

from attendance_core.accounts import (
    MAX_SESSIONS,
    ChangePassword,
    CredentialKind,
    LogIn,
    Session,
    SignUp,
    session_id_of,
)
from attendance_core.errors import WrongCredentials
from attendance_core.marking.announcements import ConnectionsEnded
from attendance_core.marking.endings import Ending
from attendance_core.marking.terms import Terms
from attendance_core.profiles import Profile
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import EVENT
from attendance_core.testing.people import a_connection, add_event_with_places, add_people
from attendance_core.testing.stand_ins import NotingPasswords, any_ids
from attendance_core.vocabulary import SessionId, UserId


class TestSessions:
    async def test_sessions_of_a_person_are_listed_the_latest_first(self, store: Any) -> None:
        """Contract: GetSessions."""
        anna, boris = await add_people(store, "Анна", "Борис")

        async def add(letter: str, whose: UserId, used_at: float, kind: CredentialKind) -> Session:
            session = Session(SessionId(letter * 64), whose, kind, NOON, used_at)
            await store.transact(lambda u: u.sessions.add(session))
            return session

        first = await add("b", anna, NOON + 1, CredentialKind.COOKIE)
        latest = await add("a", anna, NOON + 2, CredentialKind.COOKIE)
        same = await add("c", anna, NOON + 1, CredentialKind.COOKIE)
        await add("d", anna, NOON + 3, CredentialKind.BEARER)
        await add("e", boris, NOON + 3, CredentialKind.COOKIE)
        assert await store.observe(lambda u: u.sessions.by_cookie_of(anna)) == [latest, first, same]
        assert await store.observe(lambda u: u.sessions.by_cookie_of(anna, 2)) == [latest, first]
        gone = [first.session_id, latest.session_id, SessionId("f" * 64)]
        await store.transact(lambda u: u.sessions.remove(gone))
        await store.transact(lambda u: u.sessions.remove([]))
        assert await store.observe(lambda u: u.sessions.by_cookie_of(anna)) == [same]

    async def test_sessions_opened_long_ago_are_found_the_first_ones_first(
        self, store: Any
    ) -> None:
        """Contract: 9.2."""
        (anna,) = await add_people(store, "Анна")
        session_ids = [SessionId(each * 64) for each in "abcd"]
        for session_id, age in zip(session_ids, (2, 3, 1, 0), strict=True):
            session = Session(session_id, anna, CredentialKind.COOKIE, NOON - age, NOON)
            await store.transact(lambda u, session=session: u.sessions.add(session))
        oldest_first = [session_ids[1], session_ids[0], session_ids[2]]
        for limit, expected in ((10, oldest_first), (2, oldest_first[:2])):
            look = store.observe(lambda u, limit=limit: u.sessions.lapsed(NOON - 1, limit))
            assert await look == expected

    async def test_a_session_too_many_ends_with_its_sockets(
        self, store: Any, notifier: Any
    ) -> None:
        """Contract: 9.11."""
        await add_event_with_places(store, "Анна")
        kind, now = CredentialKind.COOKIE, await store.observe(lambda u: u.now())
        name, password = f"boris{uuid4().hex}", "tea at five"
        heard: list[Any] = []
        await notifier.subscribe(EVENT, heard.append)

        def work(unit: Any) -> UserId:
            user_id: UserId = unit.accounts.add(name, f"hash of {password}", now)
            unit.profiles.add(Profile(user_id, "Борис"))
            for number in range(MAX_SESSIONS):
                used_at = now - (number if number else 5_000)  # the first is the oldest
                session_id = SessionId(f"{number:064}")
                unit.sessions.add(Session(session_id, user_id, kind, now - 9_000, used_at))
            return user_id

        boris = await store.transact(work)
        socket = replace(a_connection(boris), session_id=SessionId(f"{0:064}"))
        await store.transact(lambda u: u.places.make(EVENT, boris))
        await store.transact(lambda u: u.connections.add(socket))
        log_in = LogIn(store.transact, store.observe, NotingPasswords(), any_ids(), Terms())
        opened = await log_in(username=name, password=password, client="a\x00b")
        left = {
            each.session_id
            for each in await store.observe(lambda u: u.sessions.by_cookie_of(boris))
        }
        numbers = range(1, MAX_SESSIONS)
        assert left == {
            session_id_of(opened.token),
            *(SessionId(f"{each:064}") for each in numbers),
        }
        assert await store.observe(lambda u: u.connections.find(socket.connection_id)) is None
        ended = [each for each in heard if isinstance(each, ConnectionsEnded)]
        assert ended == [
            ConnectionsEnded(EVENT, Ending.LOGGED_OUT, frozenset({socket.connection_id}))
        ]

    async def test_no_log_in_with_the_old_password_outlives_its_change(self, store: Any) -> None:
        """Contract: 9.1."""
        passwords, ids, terms = NotingPasswords(), any_ids(), Terms()
        name, old = f"anna{uuid4().hex}", "tea at five"
        log_in = LogIn(store.transact, store.observe, passwords, ids, terms)
        here = await SignUp(store.transact, passwords, ids, terms)(username=name, password=old)
        here_id = session_id_of(here.token)
        change = ChangePassword(store.transact, store.observe, passwords, terms)

        async def logs_in() -> None:
            with suppress(WrongCredentials):
                await log_in(username=name, password=old)

        await asyncio.gather(
            *(logs_in() for _ in range(4)),
            change(
                actor=here.user_id,
                session_id=here_id,
                old_password=old,
                new_password="coffee at six",
            ),
            *(logs_in() for _ in range(4)),
        )
        left = await store.observe(lambda u: u.sessions.by_cookie_of(here.user_id))
        assert [each.session_id for each in left] == [here_id]

    async def test_sessions_are_found_used_and_removed(self, store: Any) -> None:
        (anna,) = await add_people(store, "Анна")
        kind, client = CredentialKind.COOKIE, "Chrome on Android"
        session = Session(SessionId("a" * 64), anna, kind, NOON, NOON, client)
        await store.transact(lambda u: u.sessions.add(session))
        await store.transact(lambda u: u.sessions.note_use(session.session_id, NOON + 1.5))
        found = await store.observe(lambda u: u.sessions.find(session.session_id))
        assert found == replace(session, used_at=NOON + 1.5)
        await store.transact(lambda u: u.sessions.remove([session.session_id]))
        await store.transact(lambda u: u.sessions.remove([session.session_id]))
        assert await store.observe(lambda u: u.sessions.find(session.session_id)) is None
