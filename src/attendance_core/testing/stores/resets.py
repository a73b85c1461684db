"""Every store keeps links for a new password, as `ResetLinks` promises. Contract: 9.1."""

from __future__ import annotations

import asyncio
from typing import Any

from attendance_core.recovery import ResetLink
from attendance_core.testing.clock import NOON
from attendance_core.testing.people import add_accounts_of_anna_and_boris
from attendance_core.vocabulary import ResetId


class TestResetLinks:
    """Contract: POST /accounts/reset/."""

    async def test_a_new_link_ends_the_one_before(self, store: Any) -> None:
        anna, boris = await add_accounts_of_anna_and_boris(store)
        old = ResetLink(anna, ResetId("old"), NOON)
        new = ResetLink(anna, ResetId("new"), NOON + 0.25)
        his = ResetLink(boris, ResetId("his"), NOON)
        for link in (old, his, new):
            await store.transact(lambda u, it=link: u.reset_links.put(it))

        def look(unit: Any) -> list[ResetLink | None]:
            return [
                unit.reset_links.find(ResetId(each), made_after=NOON - 1)
                for each in ("old", "new", "his", "")
            ]

        assert await store.observe(look) == [None, new, his, None]
        for _ in range(2):
            await store.transact(lambda u: u.reset_links.remove(anna))
        assert await store.observe(look) == [None, None, his, None]

    async def test_of_those_who_use_a_link_at_once_one_finds_it(self, store: Any) -> None:
        anna, _ = await add_accounts_of_anna_and_boris(store)
        link = ResetLink(anna, ResetId("link"), NOON)
        await store.transact(lambda u: u.reset_links.put(link))

        def use_up(unit: Any) -> bool:
            unit.accounts.lock(anna)
            is_there = unit.reset_links.find(link.reset_id, made_after=NOON - 1) is not None
            unit.reset_links.remove(anna)
            return is_there

        used = await asyncio.gather(*[store.transact(use_up) for _ in range(4)])
        assert sorted(used) == [False, False, False, True]

    async def test_links_that_have_expired_are_forgotten(self, store: Any) -> None:
        anna, boris = await add_accounts_of_anna_and_boris(store)
        old, new = ResetLink(anna, ResetId("old"), NOON), ResetLink(boris, ResetId("b"), NOON + 1)
        await store.transact(lambda u: (u.reset_links.put(old), u.reset_links.put(new)))
        await store.transact(lambda u: u.reset_links.remove_expired(NOON))

        def look(unit: Any) -> list[ResetLink | None]:
            return [
                unit.reset_links.find(each.reset_id, made_after=NOON - 1) for each in (old, new)
            ]

        assert await store.observe(look) == [None, new]

    async def test_a_link_is_found_while_it_is_young(self, store: Any) -> None:
        anna, _ = await add_accounts_of_anna_and_boris(store)
        link = ResetLink(anna, ResetId("link"), NOON)
        await store.transact(lambda u: u.reset_links.put(link))

        def look(unit: Any) -> list[ResetLink | None]:
            return [
                unit.reset_links.find(link.reset_id, made_after=NOON + each)
                for each in (-0.25, 0, 0.25)
            ]

        assert await store.observe(look) == [link, None, None]
