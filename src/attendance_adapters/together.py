"""Many steps at once: on SQLite they share a COMMIT, on a server its connections."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from attendance_core import ports

MAX_AT_ONCE = 64  # steps; others have transactions, too


async def concurrently(steps: Sequence[ports.Step]) -> None:
    """Carries out steps, many at once, whatever one of them raises; a `ports.Together`.

    Raises an ExceptionGroup of all that the steps raised, once all are over.
    """
    slots = asyncio.Semaphore(MAX_AT_ONCE)

    async def carry_out(step: ports.Step) -> None:
        async with slots:
            await step()

    results = await asyncio.gather(*map(carry_out, steps), return_exceptions=True)
    errors = [result for result in results if isinstance(result, BaseException)]
    if errors:
        raise BaseExceptionGroup(f"{len(errors)} of {len(steps)} steps failed", errors)
