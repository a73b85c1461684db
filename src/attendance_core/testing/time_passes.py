"""Has time pass for a service over a clock that a test sets, as if it ran on meanwhile."""

from __future__ import annotations

from typing import Final, Protocol

from attendance_core.marking.upkeep import MAX_SWEPT
from attendance_core.testing.clock import TestClock
from attendance_core.use_cases import UseCases
from attendance_core.vocabulary import ProcessId, Seconds

RENEW_EVERY: Final[Seconds] = 2.0


class Heartbeat(Protocol):
    """Knows under which id a service has its lease."""

    @property
    def process_id(self) -> ProcessId: ...


class StartedService(Protocol):
    """Whatever has use cases and a heartbeat: an `attendance_adapters.Attendance`."""

    @property
    def use_cases(self) -> UseCases: ...
    @property
    def heartbeat(self) -> Heartbeat: ...


async def advance(service: StartedService, clock: TestClock, seconds: Seconds) -> None:
    """Moves the clock of a started service on, while it renews its lease and sweeps all along.

    What has run out has ended then: holds, graces, sessions, tokens. A clock that is moved by
    hand loses the lease instead, as after a sleep of the machine.
    """
    do = service.use_cases
    left = seconds
    while left > 0:
        step = min(left, RENEW_EVERY)
        left = round(left - step, 6)
        clock.pass_(step)
        process_id = service.heartbeat.process_id
        await do.renew_lease(process_id=process_id)
        while await do.sweep(process_id=process_id) >= MAX_SWEPT:
            pass
    await do.end_lapsed_sessions()
    await do.end_expired_tokens()
