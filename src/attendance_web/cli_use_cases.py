"""How a command does something with what is stored, beside a service or without one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from attendance_core.use_cases import UseCases
from attendance_web import main
from attendance_web.settings import Settings

T = TypeVar("T")


def run_with_use_cases(settings: Settings, use: Callable[[UseCases], Awaitable[T]]) -> T:
    """Answers what ``use`` answers, called with the use cases over what the settings name.

    Raises CannotStart, Unavailable, and what ``use`` raises.
    """

    async def run() -> T:
        async with main.attendance_of(settings) as attendance:
            return await use(attendance.use_cases)

    return asyncio.run(run())
