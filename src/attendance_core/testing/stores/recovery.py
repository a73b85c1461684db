"""Every store keeps recovery codes, as `RecoveryCodes` promises. Contract: 9.1."""

from __future__ import annotations

import asyncio
from typing import Any

from attendance_core.recovery import RecoveryCode
from attendance_core.testing.people import add_accounts_of_anna_and_boris


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
