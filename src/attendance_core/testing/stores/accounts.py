"""Every store keeps accounts, as `Accounts` promises."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from attendance_core.accounts import Account
from attendance_core.errors import UsernameTaken
from attendance_core.testing.clock import NOON
from attendance_core.vocabulary import UserId


class TestAccounts:
    async def test_a_user_name_is_taken_in_whatever_case(self, store: Any) -> None:
        first = await store.transact(lambda u: u.accounts.add("Жанна", "hash", NOON))
        with pytest.raises(UsernameTaken):
            await store.transact(lambda u: u.accounts.add("жАННА", "hash", NOON))
        found = await store.observe(lambda u: u.accounts.find("ЖАННА"))
        assert (found.user_id, found.username) == (first, "Жанна")
        assert await store.observe(lambda u: u.accounts.find("nobody")) is None

    async def test_an_account_is_found_by_id_and_locked(self, store: Any) -> None:
        anna = await store.transact(lambda u: u.accounts.add("anna", "hash", NOON))
        for find in (
            store.observe(lambda u: u.accounts.find_by_id(anna)),
            store.transact(lambda u: u.accounts.lock(anna)),
        ):
            assert await find == Account(anna, "anna", "hash")
        assert await store.observe(lambda u: u.accounts.find_by_id(UserId(77))) is None
        assert await store.transact(lambda u: u.accounts.lock(UserId(77))) is None

    async def test_a_person_may_have_no_password_and_get_one_and_lose_it(self, store: Any) -> None:
        """Contract: 9.1."""
        anna = await store.transact(lambda u: u.accounts.add("anna", None, NOON))
        boris = await store.transact(lambda u: u.accounts.add("boris", "his", NOON))
        for password_hash in (None, "new$hash", "another", None):
            account = Account(anna, "anna", password_hash)
            await store.transact(lambda u, account=account: u.accounts.put(account))
            assert await store.observe(lambda u: u.accounts.find("ANNA")) == account
        found = await store.observe(lambda u: u.accounts.find_by_id(boris))
        assert found.password_hash == "his"

    async def test_whoever_locks_an_account_sees_what_others_made_of_it(self, store: Any) -> None:
        anna = await store.transact(lambda u: u.accounts.add("anna", "0", NOON))

        def work(unit: Any) -> None:
            account = unit.accounts.lock(anna)
            unit.accounts.put(Account(anna, "anna", str(int(account.password_hash) + 1)))

        await asyncio.gather(*(store.transact(work) for _ in range(8)))
        found = await store.observe(lambda u: u.accounts.find_by_id(anna))
        assert found.password_hash == "8"
