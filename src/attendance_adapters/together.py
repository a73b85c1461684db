"""Many steps at once: on SQLite they share a COMMIT, on a server its connections."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from attendance_core import ports

MOST = 64  # at once; others have transactions, too


async def at_once(steps: Sequence[ports.Step]) -> None:
    """A `ports.Together`."""
    turn = asyncio.Semaphore(MOST)

    async def in_turn(step: ports.Step) -> None:
        async with turn:
            await step()

    ended = await asyncio.gather(*map(in_turn, steps), return_exceptions=True)
    for error in ended:
        if isinstance(error, BaseException):
            raise error
