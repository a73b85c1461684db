"""Names that very many have are found in another way, which finds the same."""

from __future__ import annotations

from typing import Any

import pytest

from attendance_adapters.sql import search
from attendance_core.profiles import Profile
from attendance_core.testing.clock import NOON
from attendance_core.testing.stores.search import expected
from attendance_core.vocabulary import UserId

MANY = 20


class TestCommon:
    async def test_a_part_that_very_many_have_is_found_in_them_all(
        self, store: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Names are then walked through in order, instead of sorted."""
        monkeypatch.setattr(search, "MANY_MATCHES", MANY)
        many = MANY + 1
        names = {UserId(n + 1): f"Common {n * 8 % many:05}" for n in range(many)}

        def work(unit: Any) -> None:
            for user_id, name in names.items():
                assert unit.accounts.add(f"u{user_id}", "hash", NOON) == user_id
                unit.profiles.add(Profile(user_id, name))

        await store.transact(work)
        for part, limit, offset in (("common", 100, 0), ("mon 0", 7, 15), ("0001", 100, 0)):
            page = await store.observe(
                lambda unit, asked=(part, limit, offset): unit.profiles.search(*asked)
            )
            assert [each.user_id for each in page] == expected(names, part)[offset:][:limit]
