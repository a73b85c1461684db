"""A lecture in memory for tests, ready to be scripted: `attendance_core.testing` over `memory`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from attendance_adapters.entrances import memory
from attendance_core.marking.terms import DEFAULT_TERMS, Terms
from attendance_core.testing.clock import TestClock
from attendance_core.testing.scripted import ScriptedLecture, lecture_in
from attendance_core.testing.stand_ins import PlainPasswords
from attendance_core.vocabulary import Seconds


@asynccontextmanager
async def lecture(
    *, terms: Terms = DEFAULT_TERMS, lasts: Seconds = 3600
) -> AsyncIterator[ScriptedLecture]:
    """Begins a lecture over a clock of its own, with passwords that cost nothing."""
    clock = TestClock()
    async with (
        memory(terms=terms, clock=clock, passwords=PlainPasswords()) as service,
        lecture_in(service, clock, lasts=lasts) as made,
    ):
        yield made
