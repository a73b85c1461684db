"""Floors do the durable steps that the service does: else a ratio to them says nothing."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from benchmarks.floors.steps import Steps, event_of, opened_steps, token_of

EVENT = event_of(0)
NAMES = ("memory", "sqlite", "sqlite-grouped")


@asynccontextmanager
async def steps_of(name: str, folder: Path) -> AsyncIterator[Steps]:
    steps = await opened_steps(name, str(folder / "floor.db"), people=4, events=1)
    yield steps
    await steps.close()


def count_rows(folder: Path, table: str) -> int:
    """Counts rows as another process sees them."""
    with sqlite3.connect(folder / "floor.db") as connection:
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    connection.close()
    return int(count)


@pytest.mark.parametrize("name", NAMES)
async def test_a_cycle_goes_through_all_its_steps(name: str, tmp_path: Path) -> None:
    async with steps_of(name, tmp_path) as steps:
        asker = await steps.open("mark_me", EVENT, token_of(1))
        marker = await steps.open("marking", EVENT, token_of(2))
        await steps.hold(marker, asker.user_id)
        assert await steps.confirm(marker) == asker.user_id == 1
        if name != "memory":
            assert (count_rows(tmp_path, "ledger"), count_rows(tmp_path, "connections")) == (1, 2)
        await asyncio.gather(steps.leave(asker), steps.leave(marker))
        if name != "memory":
            assert (count_rows(tmp_path, "ledger"), count_rows(tmp_path, "connections")) == (1, 0)


@pytest.mark.parametrize("name", NAMES)
async def test_nobody_holds_whom_another_has(name: str, tmp_path: Path) -> None:
    async with steps_of(name, tmp_path) as steps:
        asker = await steps.open("mark_me", EVENT, token_of(1))
        markers = [await steps.open("marking", EVENT, token_of(each)) for each in (2, 3)]
        found = await asyncio.gather(
            *(steps.hold(each, asker.user_id) for each in markers), return_exceptions=True
        )
        assert [type(each) for each in found if each is not None] in ([LookupError], [KeyError])


@pytest.mark.parametrize("name", NAMES)
async def test_nobody_opens_without_a_session(name: str, tmp_path: Path) -> None:
    async with steps_of(name, tmp_path) as steps:
        with pytest.raises(LookupError):
            await steps.open("marking", EVENT, token_of(5))
        with pytest.raises(LookupError):
            await steps.open("marking", event_of(1), token_of(1))
