"""What it is like to ask, again and again, while others do harm: every wait, and every failure."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from websockets.exceptions import WebSocketException

ANSWER_SECONDS: Final = 5.0  # within which everything is answered. Contract: 1.16
ERRORS_TOLD: Final = 5  # of each kind, in words
FAILURES: Final = (OSError, EOFError, WebSocketException)


class Failed(Exception):
    """An answer came, and was not the one that was promised."""


@dataclass(frozen=True)
class Felt:
    """What one kind of asking was like; the waits are in milliseconds."""

    begun_count: int  # how often it was asked
    answered_count: int  # how often all was well
    median_ms: float
    p99_ms: float
    worst_ms: float
    failed_count: int  # how often not
    errors: Sequence[str]  # the first of them


@dataclass
class Notes:
    """Everything of one kind while it goes on."""

    every: float  # seconds from one to the next
    begun_count: int = 0
    answered_count: int = 0
    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    async def ask(self, act: Callable[[], Awaitable[object]]) -> bool:
        """Does it once, and answers whether all was well; what failed at once was no wait."""
        self.begun_count += 1
        asked_at = time.perf_counter()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await act()
        except TimeoutError:
            self.errors.append("no answer in time")
            self.note_wait(time.perf_counter() - asked_at)
            return False
        except (Failed, *FAILURES) as error:
            self.errors.append(f"{type(error).__name__}: {error}")
            return False
        self.answered_count += 1
        self.note_wait(time.perf_counter() - asked_at)
        return True

    def note_wait(self, seconds: float) -> None:
        """Notes a wait, and those of whoever would have asked meanwhile as usual."""
        while seconds > 0:
            self.seconds.append(seconds)
            seconds -= self.every

    def felt(self) -> Felt:
        """Sums up what it came to."""
        waits = sorted(self.seconds) or [0.0]

        def quantile(part: float) -> float:
            return round(1000 * waits[max(0, math.ceil(part * len(waits)) - 1)], 2)

        told = self.errors[:ERRORS_TOLD]
        numbers = (quantile(0.5), quantile(0.99), quantile(1.0))
        return Felt(self.begun_count, self.answered_count, *numbers, len(self.errors), told)
