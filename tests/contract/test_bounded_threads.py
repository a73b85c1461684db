"""Threads of which only so many are used, and no more may wait for."""

from __future__ import annotations

import asyncio
import os
import sys
import threading

import pytest

from attendance_adapters.bounded_threads import ADDED_NICENESS, BoundedThreads
from attendance_core.errors import Unavailable, WrongPassword
from tests.support.unretrieved import nothing_unretrieved


async def test_a_job_nobody_waits_for_any_more_still_takes_up_room() -> None:
    go_on, begun = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    threads = BoundedThreads("test", threads=1, capacity=1)

    def slow() -> None:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(10)

    abandoned = asyncio.create_task(threads.run(slow))
    await begun.wait()
    abandoned.cancel()
    with pytest.raises(asyncio.CancelledError):
        await abandoned
    with pytest.raises(Unavailable):
        await threads.run(lambda: None)
    go_on.set()
    threads.close()


async def fail_when_nobody_waits(error: Exception) -> None:
    """Runs a job whose caller is cancelled before it raises."""
    go_on, begun = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    threads = BoundedThreads("test", threads=1, capacity=2)

    def fails() -> None:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait(10)
        raise error

    abandoned = asyncio.create_task(threads.run(fails))
    await begun.wait()
    abandoned.cancel()
    await asyncio.wait({abandoned})
    del abandoned
    go_on.set()
    await threads.run(lambda: None)
    await asyncio.sleep(0)
    threads.close()


async def test_the_log_says_nothing_of_a_job_that_refuses_when_nobody_waits_for_it() -> None:
    """A wrong password, for example, of a call that was cancelled."""
    with nothing_unretrieved():
        await fail_when_nobody_waits(WrongPassword())


async def test_the_log_tells_of_one_that_fails_by_a_fault() -> None:
    told, error = list[BaseException | None](), ValueError("a bug")
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: told.append(context.get("exception")))
    await fail_when_nobody_waits(error)
    assert told == [error]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux knows the niceness of a thread")
async def test_the_event_loop_comes_before_threads() -> None:
    threads = BoundedThreads("test", threads=1, capacity=1)

    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    loop_niceness, thread_niceness = niceness(), await threads.run(niceness)
    threads.close()
    assert thread_niceness == min(loop_niceness + ADDED_NICENESS, 19)
    assert niceness() == loop_niceness
