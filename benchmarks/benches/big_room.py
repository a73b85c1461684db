"""One big room: whether it matters how many wait in it, and who hears of something last."""

from __future__ import annotations

import statistics
from contextlib import ExitStack
from functools import partial
from typing import Final

from benchmarks.crowd import Crowd
from benchmarks.figure import Figure
from benchmarks.load.room import Heard, Waits, announce, grow, send
from benchmarks.run import Run
from benchmarks.subjects import Subject, a_floor, over_sqlite

SIZES: Final = (10, 100, 1000, 5000)
MARKERS: Final = (20, 1000)
PROBES: Final = 20  # who are held in a room of each size, and before so many markers
ONE_MARKER: Final = 1  # beside all of those
WAITING, HEARING = "people waiting", "markers"
SERVICE: Final = "service"
BY_HAND: Final = "the same steps by hand, a COMMIT each"
SENDS: Final = "a set of bare sends"
ANNOUNCED: Final = (
    ("from a tap to the last who sees it", "ms", "from_tap"),
    ("an announcement, from the first to the last", "ms", "from_first"),
    ("an announcement, each who hears it", "µs of CPU", "cpu_us"),
)


def measure(run: Run) -> list[Figure]:
    """Measures over SQLite."""
    sizes = sorted({min(each, run.sized(SIZES[-1], quick=30)) for each in SIZES})
    audiences = sorted({min(each, run.sized(MARKERS[-1], quick=20)) for each in MARKERS})
    probes = run.sized(PROBES, quick=2)
    in_one_room = sizes[-1] + probes * len(sizes) + ONE_MARKER
    in_an_audience = audiences[-1] + probes + ONE_MARKER
    crowd = Crowd(max(in_one_room, in_an_audience), run.rounds * (1 + len(audiences)))
    with ExitStack() as stack:
        service = stack.enter_context(over_sqlite(run.new_folder("service"), crowd))
        by_hand = stack.enter_context(a_floor("sqlite", run.new_folder("steps"), crowd))
        sends = stack.enter_context(a_floor("sends", run.new_folder("sends"), crowd))

        def grown_by(subject: Subject) -> list[Waits]:
            (event_id,) = subject.new_events(1)
            people = subject.people[:in_one_room]
            return run.load.run(grow, subject.door, event_id, people, sizes, probes)

        grown = run.interleaved(
            "one room", {SERVICE: partial(grown_by, service), BY_HAND: partial(grown_by, by_hand)}
        )

        def told_by_service(markers: int) -> Heard:
            (event_id,) = service.new_events(1)
            return run.load.run(announce, service.door, event_id, service.people, markers, probes)

        def told_by_sends(markers: int) -> Heard:
            return run.load.run(send, sends.door, sends.people, markers, probes)

        told = {
            markers: run.interleaved(
                f"{markers} markers",
                {
                    SERVICE: partial(told_by_service, markers),
                    SENDS: partial(told_by_sends, markers),
                },
            )
            for markers in audiences
        }
    return [
        *_curve("a hold in one room, p50", "holds", grown, sizes),
        *_curve("somebody joins and is seen, p50", "joins", grown, sizes),
        _most_beside_fewest(grown),
        *(
            _announcement(*of, markers, found)
            for of in ANNOUNCED
            for markers, found in told.items()
        ),
    ]


def _curve(
    name: str, what: str, grown: dict[str, list[list[Waits]]], sizes: list[int]
) -> list[Figure]:
    """Makes a figure for each size of the room."""
    return [
        Figure(
            name,
            "ms",
            _medians(grown[SERVICE], what, at),
            {BY_HAND: _medians(grown[BY_HAND], what, at)},
            size,
            WAITING,
        )
        for at, size in enumerate(sizes)
    ]


def _most_beside_fewest(grown: dict[str, list[list[Waits]]]) -> Figure:
    """Makes a figure of a hold among the most who waited, beside one among the fewest."""
    among_most, among_least = (_medians(grown[SERVICE], "holds", at) for at in (-1, 0))
    return Figure(
        "a hold among 5 000, beside one among 10", "ms", among_most, {"among 10": among_least}
    )


def _medians(rounds: list[list[Waits]], what: str, at: int) -> list[float]:
    """Finds the median of each round, of one kind of waits in the size that has this index."""
    return [statistics.median(getattr(sizes[at], what)) for sizes in rounds]


def _announcement(
    name: str, unit: str, what: str, markers: int, found: dict[str, list[Heard]]
) -> Figure:
    """Makes a figure of one thing that was measured of an announcement."""
    ours, sends = ([getattr(each, what) for each in found[title]] for title in (SERVICE, SENDS))
    return Figure(name, unit, ours, {SENDS: sends}, markers, HEARING)
