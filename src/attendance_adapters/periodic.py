"""Work that a process does again and again, and that one bad round must not end."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

from attendance_core.errors import Unavailable
from attendance_core.vocabulary import Seconds

JITTER = 0.1  # part of the pause that is random: processes started together do not stay in step

logger = logging.getLogger(__name__)


class Periodic:
    """Calls ``do_round`` about every ``seconds``; logs what it raises and goes on."""

    def __init__(
        self, name: str, seconds: Seconds, do_round: Callable[[], Awaitable[object]]
    ) -> None:
        self._name = name
        self._seconds = seconds
        self._do_round = do_round
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Starts the rounds; the first comes after the first pause."""
        self._task = asyncio.create_task(self._repeat(), name=self._name)

    async def close(self) -> None:
        """Stops the rounds, also in the middle of one; idempotent."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(self._seconds * random.uniform(1 - JITTER, 1 + JITTER))
            try:
                await self._do_round()
            except* Unavailable:
                logger.warning("%s: the store is not available; trying again", self._name)
            except* Exception as group:  # one error alone comes in a group, too
                error = group.exceptions[0] if len(group.exceptions) == 1 else group
                logger.error("%s: a round failed", self._name, exc_info=error)
