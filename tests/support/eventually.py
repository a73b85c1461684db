"""Waits for what is to become so, and not for ever."""

from __future__ import annotations

import asyncio
import time
from typing import Any

PATIENCE_SECONDS = 8.0  # that anything promised within 5 s may take on a slow machine


async def eventually(holds: Any, within: float = PATIENCE_SECONDS) -> None:
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
