"""Every store keeps who people are elsewhere, each identity of one person. Contract: 9.5, 9.6."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from attendance_core.identities import (
    Attempt,
    Claims,
    Identity,
    IdentityKind,
    Link,
    LinkRequest,
    ProviderAnswer,
    Purpose,
)
from attendance_core.marking.terms import DEFAULT_TERMS
from attendance_core.providers import LogInByProvider
from attendance_core.testing.clock import NOON
from attendance_core.testing.people import add_accounts_of_anna_and_boris
from attendance_core.testing.stand_ins import any_ids
from attendance_core.vocabulary import LinkRequestId, ScanId, SessionId, UserId

ISSUER = "https://university.test"


def identity(subject: str, issuer: str = ISSUER) -> Identity:
    return Identity(IdentityKind.OIDC, issuer, subject)


class ProviderThatWaits:
    """A provider that lets nobody in before all have come."""

    name = "University"

    def __init__(self, count: int) -> None:
        self._all_here = asyncio.Barrier(count)

    async def begin(self, attempt: Attempt) -> str:
        return ISSUER

    async def finish(self, attempt: Attempt, answer: ProviderAnswer) -> Claims:
        await self._all_here.wait()
        return Claims(ISSUER, "one subject", "Анна", confirmed=True)


class TestLinks:
    """Contract: 9.6."""

    async def test_an_identity_is_of_one_person_and_compared_exactly(self, store: Any) -> None:
        anna, boris = await add_accounts_of_anna_and_boris(store)
        hers = [
            Link(identity("a"), anna, NOON + 1),
            Link(identity("A"), anna, NOON),
            Link(identity("a", f"{ISSUER}/"), anna, NOON + 2),
        ]
        his = Link(identity("b" * 255, "https://" + "i" * 247), boris, NOON)
        for link in (*hers, his):
            await store.transact(lambda unit, it=link: unit.links.add(it))
        for link in (*hers, his):
            found = await store.observe(lambda unit, it=link: unit.links.find(it.identity))
            assert found == link
        assert await store.observe(lambda unit: unit.links.find(identity("a "))) is None
        assert await store.observe(lambda unit: unit.links.of(anna)) == [hers[1], hers[0], hers[2]]
        assert await store.observe(lambda unit: unit.links.of(boris)) == [his]

    async def test_an_identity_that_is_linked_is_not_linked_again(self, store: Any) -> None:
        anna, boris = await add_accounts_of_anna_and_boris(store)
        hers, his = Link(identity("a"), anna, NOON), Link(identity("a"), boris, NOON + 1)
        await store.transact(lambda unit: unit.links.add(hers))
        for again in (hers, his):
            with pytest.raises(Exception):  # noqa: B017 each engine says so in its own way
                await store.transact(lambda unit, it=again: unit.links.add(it))
        assert await store.observe(lambda unit: unit.links.find(hers.identity)) == hers
        assert await store.observe(lambda unit: unit.links.of(boris)) == []

    async def test_a_link_knows_the_tick_that_it_gave_and_can_be_removed(self, store: Any) -> None:
        anna, _ = await add_accounts_of_anna_and_boris(store)
        link, other = Link(identity("a"), anna, NOON), Link(identity("b"), anna, NOON)
        given = replace(link, scan_id=ScanId(UUID(int=7)))
        await store.transact(lambda unit: (unit.links.add(link), unit.links.add(other)))
        await store.transact(lambda unit: (unit.accounts.lock(anna), unit.links.put(given)))
        assert await store.observe(lambda unit: unit.links.of(anna)) == [given, other]
        for _ in range(2):
            await store.transact(lambda unit: unit.links.remove(link.identity))
        assert await store.observe(lambda unit: unit.links.of(anna)) == [other]

    async def test_links_go_with_a_person_who_deletes_their_account(self, store: Any) -> None:
        anna, boris = await add_accounts_of_anna_and_boris(store)
        hers, his = Link(identity("a"), anna, NOON), Link(identity("b"), boris, NOON)
        request = LinkRequest(anna, LinkRequestId("r"), SessionId("s"), NOON)

        def work(unit: Any) -> None:
            unit.links.add(hers)
            unit.links.add(his)
            unit.link_requests.put(request)

        await store.transact(work)
        await store.transact(lambda unit: unit.leavers.erase(anna))
        assert await store.observe(lambda unit: unit.links.find(hers.identity)) is None
        assert await store.observe(lambda unit: unit.link_requests.find(anna)) is None
        assert await store.observe(lambda unit: unit.links.find(his.identity)) == his


class TestLinkRequests:
    """Contract: 9.6."""

    async def test_a_new_request_ends_the_one_before(self, store: Any) -> None:
        anna, boris = await add_accounts_of_anna_and_boris(store)
        old = LinkRequest(anna, LinkRequestId("old"), SessionId("s"), NOON)
        new = LinkRequest(anna, LinkRequestId("new"), SessionId("t"), NOON + 0.25)
        his = LinkRequest(boris, LinkRequestId("his"), SessionId("s"), NOON)
        for request in (old, his, new):
            await store.transact(lambda unit, it=request: unit.link_requests.put(it))
        observe = store.observe
        assert await observe(lambda unit: unit.link_requests.find(anna)) == new
        await store.transact(lambda unit: unit.link_requests.remove_expired(NOON))
        assert await observe(lambda unit: unit.link_requests.find(boris)) is None
        for _ in range(2):
            await store.transact(lambda unit: unit.link_requests.remove(anna))
        assert await observe(lambda unit: unit.link_requests.find(anna)) is None


class TestLogInsByLinks:
    """Contract: 9.5."""

    async def test_first_log_ins_at_once_make_one_account(self, store: Any) -> None:
        count = 3
        provider, ids = ProviderThatWaits(count), any_ids()
        logs_in = LogInByProvider(store.transact, provider, ids, DEFAULT_TERMS)
        attempt = Attempt(Purpose.LOG_IN, "state", "nonce", "verifier")
        answer = ProviderAnswer("state", "code")
        made = await asyncio.gather(
            *(logs_in(attempt=attempt, answer=answer, client=f"{n}") for n in range(count))
        )
        (user_id,) = {each.user_id for each in made}
        assert len({each.token for each in made}) == count

        def look(unit: Any) -> Any:
            return (
                unit.sessions.by_cookie_of(user_id),
                unit.links.of(user_id),
                unit.scans.find(user_id),
            )

        sessions, links, scan = await store.observe(look)
        assert len(sessions) == count and len(links) == 1
        assert scan.scan_id == links[0].scan_id
        assert (
            await store.observe(lambda unit: unit.accounts.find_by_id(UserId(user_id + 1))) is None
        )
