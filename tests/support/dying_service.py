"""`python dying_service.py POINT serve`: a service that dies at its first mark, or fails.

POINT is `after_commit` (before the announcement), `before_reply` (it was announced, and nobody
has been told), or `raises`: a confirm fails as only a bug of ours could make it fail. It is
`CALL:before_commit` or `CALL:after_commit` where it dies at the first call of an organiser, the
second before anybody is told of it. Nothing of the product knows of it: its parts are wrapped here.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from attendance_adapters.notifiers.listeners import Listeners
from attendance_adapters.sql.sqlite_writer import Writer
from attendance_core.attendance import AnnulMark, MarkParticipant
from attendance_core.events import AddHelper, RemoveHelper, UpdateEvent
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.commands import ConfirmMarking
from attendance_core.marking.outcomes import Outcome
from attendance_core.marking.places import Marked
from attendance_web.cli import main
from attendance_web.live.outbox import Outbox
from attendance_web.live.text_frame import TextFrame

PROGRAM = Path(__file__)
CALLS = {
    each.__name__: each
    for each in (AddHelper, AnnulMark, MarkParticipant, RemoveHelper, UpdateEvent)
}


def die(*_: Any, **__: Any) -> Any:
    """Dies as when the power goes: nothing is closed, nothing is flushed."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_after_commit() -> None:
    """Has the process die once a mark is committed over SQLite, before anybody is told."""
    tell = Writer._send_results

    def dies(self: Writer, jobs: list[Any]) -> None:
        for job in jobs:
            for announcement in job.announcements:
                if isinstance(announcement, PlaceChanged) and isinstance(
                    announcement.place.state, Marked
                ):
                    die()
        tell(self, jobs)

    Writer._send_results = dies  # type: ignore[method-assign]


def die_before_reply() -> None:
    """Has the process die once a mark was announced, before either person is told."""
    put, close = Outbox.put, Outbox.close

    def dies_at_marked(self: Outbox, frame: TextFrame) -> None:
        if b'"marked"' in frame.payload:
            die()
        put(self, frame)

    def dies_at_was_marked(self: Outbox, code: int, frame: TextFrame | None = None) -> None:
        if frame is not None and b'"was_marked"' in frame.payload:
            die()
        close(self, code, frame)

    Outbox.put = dies_at_marked  # type: ignore[method-assign]
    Outbox.close = dies_at_was_marked  # type: ignore[method-assign]


def fail_confirms() -> None:
    """Has every confirm fail as only a bug of ours could make it."""

    async def fails(self: ConfirmMarking, **_: Any) -> Outcome:
        raise RuntimeError("planted")

    ConfirmMarking.__call__ = fails  # type: ignore[method-assign]


def die_in_call(name: str, point: str) -> None:
    """Has the process die in the first call of this name, before its commit or after."""
    call: Any = CALLS[name]
    carries_out = call.__call__

    async def dies(self: Any, **given: Any) -> Any:
        transact = self.transact

        async def dies_before(work: Callable[[Any], Any]) -> Any:
            return await transact(lambda unit: (work(unit), die()))

        def work_and_arm(work: Callable[[Any], Any], unit: Any) -> None:
            work(unit)
            Listeners.tell = die  # type: ignore[method-assign]

        async def dies_after(work: Callable[[Any], Any]) -> Any:
            await transact(partial(work_and_arm, work))
            die()

        dying = dies_before if point == "before_commit" else dies_after
        return await carries_out(replace(self, transact=dying), **given)

    call.__call__ = dies


if __name__ == "__main__":
    points = {"after_commit": die_after_commit, "before_reply": die_before_reply}
    points["raises"] = fail_confirms
    given = sys.argv.pop(1)
    if ":" in given:
        die_in_call(*given.split(":"))
    else:
        points[given]()
    main()
