"""Many actions at once: on SQLite they share a COMMIT, on a server its connections."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from attendance_core import ports

MAX_AT_ONCE = 64  # actions; others have transactions, too


async def concurrently(actions: Sequence[ports.Action]) -> None:
    """Carries out actions, many at once, whatever one of them raises; a `ports.Together`.

    Raises an ExceptionGroup of all that the actions raised, once all are over.
    """
    slots = asyncio.Semaphore(MAX_AT_ONCE)

    async def carry_out(action: ports.Action) -> None:
        async with slots:
            await action()

    results = await asyncio.gather(*map(carry_out, actions), return_exceptions=True)
    errors = [result for result in results if isinstance(result, BaseException)]
    if errors:
        raise BaseExceptionGroup(f"{len(errors)} of {len(actions)} actions failed", errors)
