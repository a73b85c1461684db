"""What is done for a client ends when they leave, and the log says nothing of it."""

from __future__ import annotations

import asyncio

import pytest

from attendance_core.errors import Unavailable
from attendance_web.http.client_leaving import while_there
from attendance_web.wire.client_gone import GONE_EXTENSION, Departure, follow_client_of
from attendance_web.wire.refusals import ClientLeft
from tests.support.unretrieved import nothing_unretrieved


async def fails_when_it_ends() -> None:
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        raise Unavailable from None


async def test_what_it_raises_is_told_and_who_left_is_told_so() -> None:
    for work, told in ((asyncio.sleep(3600), ClientLeft), (fails_when_it_ends(), Unavailable)):
        departure = Departure()
        follow_client_of({"extensions": {GONE_EXTENSION: departure}})
        running = asyncio.create_task(while_there(work))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        departure.note()
        with pytest.raises(told):
            await running


async def test_the_log_says_nothing_of_what_it_raises_where_nobody_waits() -> None:
    with nothing_unretrieved():
        running = asyncio.create_task(while_there(fails_when_it_ends()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        running.cancel()  # as at the end of the service
        await asyncio.wait({running})
        del running


async def test_the_log_tells_of_a_fault_that_nobody_waits_for() -> None:
    told, fault = list[BaseException | None](), ValueError("a bug")

    async def has_a_bug() -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            raise fault from None

    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: told.append(context.get("exception")))
    running = asyncio.create_task(while_there(has_a_bug()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running})
    assert told == [fault]
