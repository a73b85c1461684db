"""What becomes of what work raised whose caller has gone."""

from __future__ import annotations

import asyncio
from typing import Any

from attendance_core.errors import Refusal, Unavailable


def mark_retrieved(future: asyncio.Future[Any]) -> None:
    """Marks as retrieved what a done future raised, or the loop would log it as a fault of ours."""
    if not future.cancelled():
        future.exception()


def log_fault(future: asyncio.Future[Any]) -> None:
    """Has logged what a done future raised whose caller has gone, unless it refuses them."""
    error = None if future.cancelled() else future.exception()
    if error is not None and not isinstance(error, Refusal | Unavailable):
        told = {"message": "work has failed whose caller has gone", "exception": error}
        future.get_loop().call_exception_handler(told)
