"""Whoever waits for something hears that their client has gone. Contract: 1.11."""

from __future__ import annotations

import asyncio

from attendance_web.wire.client_gone import (
    GONE_EXTENSION,
    TOLD_AT_ONCE,
    Departure,
    follow_client_of,
    wait_while_there,
)

LONG_SECONDS = 60.0
MANY = 100


async def test_of_many_who_leave_at_once_a_few_hear_of_it_at_a_step() -> None:
    departure, heard = Departure(), 0

    async def waits() -> None:
        nonlocal heard
        follow_client_of({"extensions": {GONE_EXTENSION: departure}})
        await wait_while_there(LONG_SECONDS)
        heard += 1

    waiting = [asyncio.create_task(waits()) for _ in range(MANY)]
    for _ in range(5):
        await asyncio.sleep(0)
    departure.note()
    most = 0
    async with asyncio.timeout(5):
        while heard < MANY:
            before = heard
            await asyncio.sleep(0)
            most = max(most, heard - before)
    assert 0 < most <= TOLD_AT_ONCE
    await asyncio.gather(*waiting)
