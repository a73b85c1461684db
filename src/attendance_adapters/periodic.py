"""Work that a process does again and again, and that one bad round must not end."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

from attendance_core.errors import Unavailable
from attendance_core.vocabulary import Seconds

JITTER = 0.1  # of the time between, so that processes started together do not stay together

logger = logging.getLogger(__name__)


class Periodic:
    """Calls ``round_`` every ``seconds``, more or less; logs what it raises and goes on."""

    def __init__(
        self, name: str, seconds: Seconds, round_: Callable[[], Awaitable[object]]
    ) -> None:
        self._name = name
        self._seconds = seconds
        self._round = round_
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """The first round comes after the first wait."""
        self._task = asyncio.create_task(self._go_on(), name=self._name)

    async def close(self) -> None:
        """Also in the middle of a round; idempotent."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(self._seconds * random.uniform(1 - JITTER, 1 + JITTER))
            try:
                await self._round()
            except Unavailable:
                logger.warning("%s: the store is not available; trying again", self._name)
            except Exception:
                logger.exception("%s: a round failed", self._name)
