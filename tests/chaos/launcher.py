"""`python launcher.py SKEW MARK POINT serve`: a service whose clock is SKEW seconds ahead, and
that dies at its MARK-th mark or annulment (0: at none): `after_commit`, before anybody is told of
it, or `before_reply`, once other processes have been told of a mark. Nothing of the product knows.
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
import time
from typing import Any


def skew(seconds: float) -> None:
    """Has whatever of this process asks for the time be told so many seconds more."""
    right = time.time
    time.time = lambda: right() + seconds


class Countdown:
    """Counts down to the mark that the process does not survive."""

    def __init__(self, marks: int) -> None:
        self._left = marks

    def counts(self) -> None:
        """Counts a mark or an annulment; at the last of them the process ends as by a power cut."""
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def after_commit(countdown: Countdown) -> None:
    """Counts where a mark or an annulment is committed, before anybody is told of it."""
    from attendance_adapters.sql.postgres import PostgresStore
    from attendance_adapters.sql.sqlite_writer import Writer
    from attendance_core.marking.announcements import PlaceChanged
    from attendance_core.marking.places import Marked

    def counts(announcement: object) -> None:
        if isinstance(announcement, PlaceChanged):
            place = announcement.place
            if isinstance(place.state, Marked) or (place.state is None and place.last_n):
                countdown.counts()

    run_and_commit = PostgresStore._run_and_commit

    def dies(self: PostgresStore, work: Any, connection: Any) -> Any:
        answer, announcements = run_and_commit(self, work, connection)
        for announcement in announcements:
            counts(announcement)
        return answer, announcements

    PostgresStore._run_and_commit = dies  # type: ignore[method-assign]
    send_results = Writer._send_results

    def dies_untold(self: Writer, jobs: Any) -> None:
        for announcement in itertools.chain.from_iterable(job.announcements for job in jobs):
            counts(announcement)
        send_results(self, jobs)

    Writer._send_results = dies_untold  # type: ignore[method-assign]


def before_reply(countdown: Countdown) -> None:
    """Counts where a marker is about to be told that they have marked."""
    from attendance_web.live.outbox import Outbox
    from attendance_web.live.text_frame import TextFrame

    put = Outbox.put

    def dies(self: Outbox, frame: TextFrame) -> None:
        if b'"marked"' in frame.payload:
            countdown.counts()
        put(self, frame)

    Outbox.put = dies  # type: ignore[method-assign]


if __name__ == "__main__":
    ahead, marks, point = sys.argv.pop(1), sys.argv.pop(1), sys.argv.pop(1)
    skew(float(ahead))
    {"after_commit": after_commit, "before_reply": before_reply}[point](Countdown(int(marks)))
    from attendance_web.cli import main

    main()
