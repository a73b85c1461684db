"""Looks at a session: the GETs of a second share one."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from attendance_core.accounts import Actor, CredentialKind, Identify
from attendance_core.vocabulary import SessionId, UserId
from attendance_web.http.session_cache import KEPT_SECONDS, SessionCache
from attendance_web.wire.credentials import Credential

ANNA = Actor(UserId(1), SessionId("anna's"), renewed=True)
SHOWN = Credential("secret", CredentialKind.COOKIE)


class StandIn:
    """Stands for the store, and for the time; it counts how often it is asked."""

    def __init__(self) -> None:
        self.actor: Actor | None = ANNA
        self.asked_count, self.now = 0, 0.0
        self.is_asked, self.may_answer = asyncio.Event(), asyncio.Event()
        self.may_answer.set()
        self.sessions = SessionCache(cast(Identify, self.identify), lambda: self.now)

    async def identify(self, *, token: str, kind: CredentialKind) -> Actor | None:
        self.asked_count += 1
        found = self.actor if kind is CredentialKind.COOKIE else None
        self.is_asked.set()
        await self.may_answer.wait()
        return found


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn()


@pytest.mark.asyncio
class TestSessionCache:
    """Contract: 2.7."""

    async def test_gets_of_a_second_share_one_look(self, stand_in: StandIn) -> None:
        assert [await stand_in.sessions.find_recent(SHOWN) for _ in range(3)] == [ANNA] * 3
        assert stand_in.asked_count == 1

    async def test_those_of_a_person_are_forgotten_together(self, stand_in: StandIn) -> None:
        """Contract: 9.1: another session of theirs has ended."""
        other = Credential("another", CredentialKind.COOKIE)
        for shown in (SHOWN, other):
            await stand_in.sessions.find_recent(shown)
        boris = stand_in.actor = Actor(UserId(2), SessionId("his"))
        third = Credential("third", CredentialKind.COOKIE)
        await stand_in.sessions.find_recent(third)
        stand_in.actor = None
        stand_in.sessions.forget_person(ANNA.user_id)
        assert [await stand_in.sessions.find_recent(each) for each in (SHOWN, other)] == [
            None,
            None,
        ]
        assert await stand_in.sessions.find_recent(third) == boris

    async def test_one_that_is_seen_while_theirs_are_forgotten_is_not_kept(
        self, stand_in: StandIn
    ) -> None:
        stand_in.may_answer.clear()
        looking = asyncio.create_task(stand_in.sessions.find_recent(SHOWN))
        await stand_in.is_asked.wait()
        stand_in.sessions.forget_person(ANNA.user_id)
        stand_in.may_answer.set()
        assert await looking == ANNA  # it began before
        stand_in.actor = None
        assert await stand_in.sessions.find_recent(SHOWN) is None

    async def test_it_is_used_for_a_second(self, stand_in: StandIn) -> None:
        await stand_in.sessions.find_recent(SHOWN)
        stand_in.actor, stand_in.now = None, KEPT_SECONDS - 0.001
        assert await stand_in.sessions.find_recent(SHOWN) == ANNA
        stand_in.now = KEPT_SECONDS
        assert await stand_in.sessions.find_recent(SHOWN) is None

    async def test_what_looks_anew_asks_the_store(self, stand_in: StandIn) -> None:
        await stand_in.sessions.find_recent(SHOWN)
        stand_in.actor = None
        assert await stand_in.sessions.find_in_store(SHOWN) is None

    async def test_an_end_here_counts_at_once(self, stand_in: StandIn) -> None:
        await stand_in.sessions.find_recent(SHOWN)
        stand_in.actor = None
        stand_in.sessions.forget(SHOWN)
        assert await stand_in.sessions.find_recent(SHOWN) is None

    async def test_also_for_a_look_that_is_under_way(self, stand_in: StandIn) -> None:
        stand_in.may_answer.clear()
        early = asyncio.create_task(stand_in.sessions.find_recent(SHOWN))
        await stand_in.is_asked.wait()
        stand_in.actor = None
        stand_in.sessions.forget(SHOWN)
        stand_in.may_answer.set()
        assert await early == ANNA
        assert await stand_in.sessions.find_recent(SHOWN) is None

    async def test_a_cookie_is_set_anew_once(self, stand_in: StandIn) -> None:
        actors = [(await stand_in.sessions.find_recent(SHOWN)) for _ in range(2)]
        assert [each is not None and each.renewed for each in actors] == [True, False]

    async def test_another_sort_of_credential_is_another(self, stand_in: StandIn) -> None:
        await stand_in.sessions.find_recent(SHOWN)
        assert (
            await stand_in.sessions.find_recent(Credential("secret", CredentialKind.BEARER)) is None
        )

    async def test_that_it_is_nobody_is_not_kept(self, stand_in: StandIn) -> None:
        stand_in.actor = None
        await stand_in.sessions.find_recent(SHOWN)
        stand_in.actor = ANNA
        assert await stand_in.sessions.find_recent(SHOWN) == ANNA
