"""Waits for what is to become so, and not for ever."""

from __future__ import annotations

import asyncio
import time
from typing import Any

PATIENCE = 8.0  # seconds that anything promised within 5 s may take on a slow machine


async def eventually(holds: Any, within: float = PATIENCE) -> None:
    """Waits until the (possibly async) condition holds, for so many seconds at most."""
    until = time.monotonic() + within
    while True:
        found = holds()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return
        assert time.monotonic() < until, "it never came true"
        await asyncio.sleep(0.02)
