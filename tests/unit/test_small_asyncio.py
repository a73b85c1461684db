"""Small events and queues do what asyncio's do."""

from __future__ import annotations

import asyncio

import pytest

from attendance_web.wire.small_asyncio import SmallEvent, SmallQueue


class TestSmallEvent:
    async def test_everybody_waits_for_it(self) -> None:
        event = SmallEvent()
        waiting = [asyncio.create_task(event.wait()) for _ in range(3)]
        await asyncio.sleep(0)
        assert not event.is_set() and not any(each.done() for each in waiting)
        event.set()
        event.clear()  # they go on all the same
        await asyncio.wait_for(asyncio.gather(*waiting), 1)
        event.set()
        await asyncio.wait_for(event.wait(), 1)

    async def test_whoever_gives_up_keeps_nobody_else(self) -> None:
        event = SmallEvent()
        patient, hasty = [asyncio.create_task(event.wait()) for _ in range(2)]
        await asyncio.sleep(0)
        hasty.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hasty
        event.set()
        await asyncio.wait_for(patient, 1)
        assert event._waiters is None


class TestSmallQueue:
    async def test_it_hands_out_in_order(self) -> None:
        queue = SmallQueue[int]()
        taking = asyncio.create_task(queue.get())
        await asyncio.sleep(0)
        assert queue.empty()
        for number in range(3):
            queue.put_nowait(number)
        assert [await taking, await queue.get(), await queue.get()] == [0, 1, 2]
        assert queue.empty()

    async def test_nothing_is_lost_with_who_gives_up(self) -> None:
        queue = SmallQueue[int]()
        taking = asyncio.create_task(queue.get())
        await asyncio.sleep(0)
        queue.put_nowait(1)
        taking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await taking
        assert await asyncio.wait_for(queue.get(), 1) == 1
