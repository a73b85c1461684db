"""The store over LMDB keeps the published contract."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from attendance_core.testing import StoreContract
from examples.lmdb_store.lmdb_store import LmdbStore


class TestLmdbStore(StoreContract):
    @pytest_asyncio.fixture
    async def store(self, clock: Any, notifier: Any, tmp_path: Path) -> AsyncIterator[LmdbStore]:
        store = LmdbStore(tmp_path, clock, notifier)
        await store.start()
        yield store
        await store.close()
