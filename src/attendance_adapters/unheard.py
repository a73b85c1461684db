"""What becomes of work whose caller may have gone."""

from __future__ import annotations

import asyncio
from typing import Any


def mark_retrieved(future: asyncio.Future[Any]) -> None:
    """Marks as retrieved what a done future raised, or the loop would log it as a fault of ours."""
    if not future.cancelled():
        future.exception()
