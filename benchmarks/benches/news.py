"""A room full of people who are told where they stand on the list, and what that costs."""

from __future__ import annotations

from functools import partial
from typing import Final

from benchmarks.crowd import Crowd
from benchmarks.figure import Figure
from benchmarks.load.news import mark_before_all
from benchmarks.run import Run
from benchmarks.subjects import over_sqlite

WAITING: Final = 1000
MARKS: Final = 6  # one a second
SETTLE_SECONDS, QUICK_SETTLE_SECONDS = 4.0, 0.1  # from the openings to what is measured
ROUNDS: Final = 3  # each takes some ten seconds
TOLD: Final = "with news"
UNTOLD: Final = "the same without news"


def measure(run: Run) -> list[Figure]:
    """Measures over SQLite, with sockets that hear news and with such that do not."""
    waiting, marks = run.sized(WAITING, quick=10), run.sized(MARKS, quick=1)
    crowd = Crowd(waiting + 1, 2 * run.rounds)
    with over_sqlite(run.new_folder("service"), crowd) as subject:

        def tell(news: bool) -> float:
            (event_id,) = subject.new_events(1)
            people, settle = subject.people, QUICK_SETTLE_SECONDS if run.quick else SETTLE_SECONDS
            return run.load.run(
                mark_before_all, subject.door, event_id, people, marks, settle, news=news
            )

        variants = {TOLD: partial(tell, True), UNTOLD: partial(tell, False)}
        found = run.interleaved("news", variants, ROUNDS)
    name = "a room where one a second is marked"
    return [Figure(name, "cores", found[TOLD], {UNTOLD: found[UNTOLD]}, waiting, "people waiting")]
