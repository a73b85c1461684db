"""Actions that do not depend on each other: what `ports.Together` promises, each way of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from attendance_adapters.together import MAX_AT_ONCE, concurrently
from attendance_core.errors import LeaseLost, Unavailable
from attendance_core.ports import one_after_another

WAYS = pytest.mark.parametrize("together", [one_after_another, concurrently])


@WAYS
async def test_all_are_carried_out_whatever_one_raises(together: Any) -> None:
    done: list[int] = []

    def action(number: int) -> Any:
        async def carry_out() -> None:
            if number in (1, 3):
                raise Unavailable if number == 1 else LeaseLost
            await asyncio.sleep(0)
            done.append(number)

        return carry_out

    with pytest.raises(ExceptionGroup) as failed:
        await together([action(number) for number in range(5)])
    assert sorted(done) == [0, 2, 4]
    assert [type(error) for error in failed.value.exceptions] == [Unavailable, LeaseLost]


@WAYS
async def test_of_nothing_nothing_comes(together: Any) -> None:
    await together([])


async def test_only_so_many_are_under_way_at_once() -> None:
    under_way, most = 0, 0

    async def action() -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1

    await concurrently([action] * (3 * MAX_AT_ONCE))
    assert most == MAX_AT_ONCE
