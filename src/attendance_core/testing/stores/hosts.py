"""People of hosts, over every store, also let in at once. Contract: 10."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from attendance_core.accounts import CredentialKind, Session
from attendance_core.accounts.sessions import SESSION_SECONDS
from attendance_core.errors import NotLoggedIn, Refusal
from attendance_core.identities import Identity, IdentityKind, Link
from attendance_core.marking.connections import Connection, Role
from attendance_core.testing.at_once import at_once
from attendance_core.testing.clock import NOON, TestClock
from attendance_core.testing.lectures import EVENT, PROCESS, Lecture, use_cases
from attendance_core.testing.stand_ins import any_ids
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import ConnectionId, SessionId, UserId

HOST = "https://lms.test"
CREATOR, MARKER, ANNA = map(UserId, range(1, 4))
CALLS_AT_ONCE = 5
ROUNDS = 5  # one after the other


async def admits(do: UseCases, subject: str = "7", name: str = "Anna", session: str = "") -> Any:
    """Has the host let somebody in."""
    return await do.admit(issuer=HOST, subject=subject, display_name=name, session=session)


class _Fixtures:
    @pytest.fixture
    def do(self, store: Any) -> UseCases:
        return use_cases(store, any_ids())


class TestPeopleOfHosts(_Fixtures):
    async def test_sessions_of_hosts_are_told_apart_from_others(
        self, store: Any, clock: TestClock
    ) -> None:
        await Lecture.begun(store, waiting=1)
        kinds = CredentialKind
        theirs = [
            Session(SessionId(f"host:{n}"), ANNA, kinds.HOST, NOON, NOON + n) for n in range(3)
        ]
        his = Session(SessionId("host:9"), MARKER, kinds.HOST, NOON, NOON)
        token = Session(SessionId("b"), ANNA, kinds.BEARER, NOON, NOON)

        def work(unit: Any) -> None:
            for each in (*theirs, his, token):
                unit.sessions.add(each)

        await store.transact(work)

        def look(unit: Any) -> Any:
            idle = unit.sessions.idle(NOON + 1, 100)
            lapsed = unit.sessions.lapsed(NOON, 100)
            return unit.sessions.by_host_of(ANNA), unit.sessions.by_host_of(ANNA, 2), idle, lapsed

        found, newest, idle, lapsed = await store.observe(look)
        assert found == theirs[::-1] and newest == found[:2]
        hosted = {each for each in idle if each.startswith("host:")}
        assert hosted == {"host:0", "host:1", "host:9"} and "b" not in idle
        assert not any(each.startswith("host:") for each in lapsed)
        by_cookie = await store.observe(lambda unit: unit.sessions.by_cookie_of(ANNA))
        assert {each.kind for each in by_cookie} == {kinds.COOKIE}

    async def test_links_of_people_are_those_of_one_issuer(self, store: Any) -> None:
        await Lecture.begun(store, waiting=1)
        host, oidc = IdentityKind.HOST, IdentityKind.OIDC
        expected = [
            Link(Identity(host, HOST, "b"), ANNA, NOON),
            Link(Identity(host, HOST, "a"), ANNA, NOON + 1),
            Link(Identity(host, HOST, "c"), MARKER, NOON + 2),
        ]
        others = [
            Link(Identity(host, f"{HOST}/", "b"), ANNA, NOON),
            Link(Identity(oidc, HOST, "b"), ANNA, NOON),
            Link(Identity(host, HOST, "d"), CREATOR, NOON),
        ]

        def work(unit: Any) -> None:
            for each in (*expected, *others):
                unit.links.add(each)

        await store.transact(work)

        def look(unit: Any) -> Any:
            people = [MARKER, ANNA, UserId(999)]
            return unit.links.of_people(host, HOST, people), unit.links.of_people(host, HOST, [])

        assert await store.observe(look) == (expected, [])

    async def test_a_session_of_a_host_is_forgotten_after_a_month(
        self, store: Any, do: UseCases, clock: TestClock
    ) -> None:
        """Contract: 2.5, 10.3."""
        anna = await admits(do)
        clock.pass_(SESSION_SECONDS - 1)
        await do.forget_unused()
        assert await store.observe(lambda unit: unit.sessions.by_host_of(anna.user_id)) != []
        clock.pass_(1)
        await do.forget_unused()
        await _check_nothing_is_left(store, anna.user_id)


class TestAdmissionsAtOnce(_Fixtures):
    """Contract: 10.1."""

    async def test_first_admissions_make_one_account(self, store: Any, do: UseCases) -> None:
        made = await asyncio.gather(*(admits(do) for _ in range(CALLS_AT_ONCE)))
        assert len(set(made)) == 1
        await self._check_is_one(store, made[0].user_id)

    async def test_first_admissions_by_several_names_and_sessions_make_one_account(
        self, store: Any, do: UseCases
    ) -> None:
        """The last one has the name; each has its session."""
        made = await asyncio.gather(
            *(admits(do, name=f"Anna {n}", session=f"{n}") for n in range(CALLS_AT_ONCE))
        )
        assert len({each.user_id for each in made}) == 1
        assert len({each.session_id for each in made}) == CALLS_AT_ONCE
        await self._check_is_one(store, made[0].user_id)
        kept = await store.observe(lambda unit: unit.sessions.by_host_of(made[0].user_id))
        assert {each.session_id for each in kept} == {each.session_id for each in made}

    async def _check_is_one(self, store: Any, user_id: UserId) -> None:
        """Raises AssertionError where the next ids are taken, or the person has not one link."""

        def look(unit: Any) -> Any:
            nobody = [
                unit.accounts.find_by_id(UserId(user_id + n)) for n in range(1, CALLS_AT_ONCE + 1)
            ]
            return unit.links.of(user_id), nobody, unit.profiles.get(user_id).display_name

        links, nobody, name = await store.observe(look)
        assert len(links) == 1 and not any(nobody) and name.startswith("Anna")

    async def test_one_who_is_admitted_while_they_delete_their_account_is_new_or_gone(
        self, store: Any, do: UseCases
    ) -> None:
        """Either they are admitted before, and go; or after, and are somebody new."""
        for round_ in range(ROUNDS):
            subject = f"{round_}"
            anna = await admits(do, subject, session="one")
            who = {"actor": anna.user_id, "session_id": anna.session_id}
            _, *made = await asyncio.gather(
                do.delete_account(**who),
                *(admits(do, subject, f"Anna {n}", session=f"{n}") for n in range(2)),
            )
            again = await admits(do, subject)
            assert again.user_id != anna.user_id
            assert {each.user_id for each in made} <= {anna.user_id, again.user_id}
            await _check_nothing_is_left(store, anna.user_id)

    async def test_one_who_opens_a_socket_while_they_are_dismissed_has_none(
        self, store: Any, do: UseCases
    ) -> None:
        """A socket is refused, or closed: none stays open without a session."""
        await Lecture.begun(store, waiting=1)
        for round_ in range(ROUNDS):
            anna = await admits(do, session="phone")
            socket = Connection(
                ConnectionId(uuid4()),
                EVENT,
                anna.user_id,
                Role.MARK_ME,
                PROCESS,
                anna.session_id,
            )
            session = "phone" if round_ % 2 else None
            opened, _ = await at_once(
                do.mark_me(connection=socket),
                do.dismiss(issuer=HOST, subject="7", session=session),
            )
            assert not isinstance(opened, Refusal) or isinstance(opened, NotLoggedIn)
            await _check_nothing_is_left(store, anna.user_id)


async def _check_nothing_is_left(store: Any, user_id: UserId) -> None:
    """Raises AssertionError where somebody has a session or a socket."""

    def look(unit: Any) -> Any:
        return unit.sessions.by_host_of(user_id), unit.connections.of(EVENT, user_id)

    assert await store.observe(look) == ([], [])
