"""Looks at lists, as the store is asked for them, and how much of a list one of them reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from attendance_adapters import Attendance
from attendance_core.errors import Unavailable


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes a function that has so many rows be a piece."""

    def cut(most: int = 2) -> None:
        for module in ("attendance_core.pieces", "attendance_web.http.pieces"):
            monkeypatch.setattr(f"{module}.MAX_PIECE", most)

    return cut


class Looks:
    """Counts those at lists, and has them wait or fail from one on that a test names."""

    def __init__(self, attendance: Attendance, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun_count = 0
        self.may_go_on = asyncio.Event()
        self.fails_from = self.holds_from = 1_000_000  # the how-many-th look; so many come never
        self._browse: Any = attendance._store.browse
        monkeypatch.setattr(attendance._store, "browse", self.browse)

    async def browse(self, look: Any) -> Any:
        self.begun_count += 1
        if self.begun_count >= self.fails_from:
            raise Unavailable
        if self.begun_count >= self.holds_from:
            await self.may_go_on.wait()
        return await self._browse(look)
