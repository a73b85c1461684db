"""Every store has one id for ever, by which its files are told from those of others."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest


class TestInstallation:
    """Whose files a folder has is told by it."""

    async def test_a_database_has_one_id_for_ever(self, store: Any) -> None:
        new_ids = [f"{number:024x}" for number in range(8)]
        asked = [
            store.transact(lambda u, new_id=new_id: u.installation.database_id(new_id))
            for new_id in new_ids
        ]
        (first, *others) = await asyncio.gather(*asked)
        assert first in new_ids
        assert set(others) == {first}
        assert await store.observe(lambda u: u.installation.database_id("another")) == first

    async def test_an_id_that_is_not_committed_is_not_kept(self, store: Any) -> None:
        def fails(unit: Any) -> None:
            unit.installation.database_id("lost")
            raise ArithmeticError

        with pytest.raises(ArithmeticError):
            await store.transact(fails)
        assert await store.transact(lambda u: u.installation.database_id("kept")) == "kept"
