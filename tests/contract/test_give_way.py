"""A thread that works for a busy loop has its turn; judged by steps of the loop, not by a clock."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from attendance_adapters.give_way import give_way_until

TURN_COUNT = 30  # the thread lets go of the interpreter so often, as one does that asks a database
STEP_SECONDS = 100e-6  # that a step of the busy loop takes
# A few are needed in all; without giving way hundreds, with uvloop thousands
MAX_STEPS = 5 * TURN_COUNT


def works() -> None:
    for _ in range(TURN_COUNT):
        os.stat(__file__)  # as with every call to the system, another thread may run meanwhile


async def steps_until_done(call: Callable[[], None], *, give_way: bool) -> int:
    """Counts how many steps a loop that is busy all the time takes until the thread is done."""
    steps = 0
    with ThreadPoolExecutor(1) as threads:
        done = asyncio.get_running_loop().run_in_executor(threads, call)
        if give_way:
            give_way_until(done)
        while not done.done() and steps < 20 * MAX_STEPS:
            until = time.perf_counter() + STEP_SECONDS
            while time.perf_counter() < until:
                pass
            steps += 1
            await asyncio.sleep(0)
        await done
    return steps


async def test_a_thread_has_its_turns_while_the_loop_is_busy() -> None:
    assert await steps_until_done(works, give_way=True) < MAX_STEPS


async def test_an_idle_loop_does_not_spin_while_a_thread_works() -> None:
    """It looks at itself a few times, and then less and less."""
    loop = asyncio.get_running_loop()
    look_count = 0
    call_later = loop.call_later

    def count_and_call_later(*args: object, **kwargs: object) -> asyncio.TimerHandle:
        nonlocal look_count
        look_count += 1
        return call_later(*args, **kwargs)  # type: ignore[arg-type]

    loop.call_later = count_and_call_later  # type: ignore[method-assign]
    with ThreadPoolExecutor(1) as threads:
        done = loop.run_in_executor(threads, time.sleep, 0.5)
        give_way_until(done)
        await done
    assert look_count < 300  # 100 on a quiet machine; 500 if it did not look less often
