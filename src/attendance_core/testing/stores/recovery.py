"""Every store keeps recovery codes, and links for a new password. Contract: 9.1."""

from __future__ import annotations

import asyncio
from typing import Any

from attendance_core.recovery import RecoveryCode, ResetLink
from attendance_core.testing.clock import NOON
from attendance_core.testing.people import add_accounts_of_anna_and_boris
from attendance_core.vocabulary import ResetId


class TestRecoveryCodes:
    """Contract: POST /accounts/recovery/codes/, POST /accounts/recovery/."""

    async def test_a_person_has_the_codes_that_were_made_last(self, store: Any) -> None:
        anna, boris = await add_accounts_of_anna_and_boris(store)
        old = [RecoveryCode(anna, "AA", "old A"), RecoveryCode(anna, "BB", "old B")]
        new = [RecoveryCode(anna, "BB", "new B"), RecoveryCode(anna, "CC", "new C")]
        his = RecoveryCode(boris, "AA", "his A")

        def work(unit: Any) -> None:
            unit.recovery_codes.replace(boris, [his])
            for codes in (old, new):
                unit.accounts.lock(anna)
                unit.recovery_codes.replace(anna, codes)

        await store.transact(work)

        def look(unit: Any) -> list[RecoveryCode | None]:
            found = [unit.recovery_codes.find(anna, each) for each in ("AA", "BB", "CC", "")]
            return [*found, unit.recovery_codes.find(boris, "AA")]

        assert await store.observe(look) == [None, *new, None, his]
        await store.transact(lambda u: (u.accounts.lock(anna), u.recovery_codes.replace(anna, [])))
        assert await store.observe(look) == [None, None, None, None, his]

    async def test_of_those_who_use_a_code_at_once_one_finds_it(self, store: Any) -> None:
        anna, _ = await add_accounts_of_anna_and_boris(store)
        codes = [RecoveryCode(anna, "AA", "A"), RecoveryCode(anna, "BB", "B")]
        await store.transact(lambda u: u.recovery_codes.replace(anna, codes))

        def use_up(unit: Any) -> bool:
            unit.accounts.lock(anna)
            is_there = unit.recovery_codes.find(anna, "AA") is not None
            unit.recovery_codes.remove(codes[0])
            return is_there

        used = await asyncio.gather(*[store.transact(use_up) for _ in range(4)])
        assert sorted(used) == [False, False, False, True]
        assert await store.observe(lambda u: u.recovery_codes.find(anna, "BB")) == codes[1]

    async def test_a_code_that_only_begins_alike_is_not_removed(self, store: Any) -> None:
        anna, boris = await add_accounts_of_anna_and_boris(store)
        mine, his = RecoveryCode(anna, "AA", "mine"), RecoveryCode(boris, "AA", "his")
        for code in (mine, his):
            await store.transact(lambda u, it=code: u.recovery_codes.replace(it.user_id, [it]))
        await store.transact(lambda u: u.recovery_codes.remove(RecoveryCode(anna, "AA", "old")))
        assert await store.observe(lambda u: u.recovery_codes.find(anna, "AA")) == mine
        await store.transact(lambda u: u.recovery_codes.remove(mine))
        assert await store.observe(lambda u: u.recovery_codes.find(anna, "AA")) is None
        assert await store.observe(lambda u: u.recovery_codes.find(boris, "AA")) == his


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
