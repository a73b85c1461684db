"""Every step of marking that changes anything."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from attendance_core.errors import TooSoon
from attendance_core.marking.connections import Process, Role
from attendance_core.marking.terms import DEFAULT_TERMS
from attendance_core.testing.clock import NOON
from attendance_core.testing.lectures import (
    EVENT,
    PROCESS,
    Lecture,
    numbered_connection,
    session_of,
)
from attendance_core.vocabulary import UserId

Step = Callable[[Lecture], Coroutine[Any, Any, Any]]
ANNA = UserId(3)


async def hold(lecture: Lecture) -> None:
    await lecture.do.prepare_to_mark(connection=lecture.markers[0], target=ANNA)


async def give_back(lecture: Lecture) -> None:
    await hold(lecture)
    await lecture.do.refuse_to_mark(connection=lecture.markers[0])


async def choose_too_soon(lecture: Lecture) -> None:
    """Chooses somebody again, which is refused since the other marker is there."""
    with suppress(TooSoon):
        await hold(lecture)
        raise AssertionError("the other marker was not found")


async def lapse(lecture: Lecture) -> None:
    """Has a hold run out, while the process has been alive all along."""
    await hold(lecture)
    lecture.store._clock.pass_(DEFAULT_TERMS.hold_seconds + 1)
    now = lecture.store._clock.now()
    await lecture.store.transact(lambda u: u.processes.put(Process(PROCESS, now, NOON)))


async def nothing(lecture: Lecture) -> None:
    """Leaves the lecture as it began."""


# What is done first, and the step that is looked at
STEPS: dict[str, tuple[Step, Step]] = {
    "mark_me": (
        nothing,
        lambda it: it.do.mark_me(connection=numbered_connection(0, 1, Role.MARK_ME)),
    ),
    "ready_to_mark": (
        nothing,
        lambda it: it.do.ready_to_mark(connection=numbered_connection(0, 1, Role.MARKING)),
    ),
    "prepare_to_mark": (nothing, hold),
    "prepare_to_mark, too soon": (give_back, choose_too_soon),
    "confirm_marking": (
        hold,
        lambda it: it.do.confirm_marking(connection=it.markers[0], target=ANNA),
    ),
    "refuse_to_mark": (hold, lambda it: it.do.refuse_to_mark(connection=it.markers[0])),
    "goodbye of a marker": (
        hold,
        lambda it: it.do.hang_up(connections=[it.markers[0]], goodbye=True),
    ),
    "goodbye of one who waits": (
        nothing,
        lambda it: it.do.hang_up(connections=[it.waiting[0]], goodbye=True),
    ),
    "a lost connection": (
        hold,
        lambda it: it.do.hang_up(connections=[it.waiting[0]], goodbye=False),
    ),
    "leave_event": (hold, lambda it: it.do.leave_event(actor=UserId(1), event_id=EVENT)),
    "log_out": (hold, lambda it: it.do.log_out(session_id=session_of(1))),
    "sweep of nothing": (nothing, lambda it: it.do.sweep(process_id=PROCESS)),
    "renew_lease": (nothing, lambda it: it.do.renew_lease(process_id=PROCESS)),
    "sweep of one hold": (lapse, lambda it: it.do.sweep(process_id=PROCESS)),
}
