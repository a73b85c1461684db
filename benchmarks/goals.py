"""What is to be reached, by the titles of figures."""

from __future__ import annotations

from typing import Final

from benchmarks.figure import Figure, Goal

MARKING_SQLITE: Final = Goal(1.9, 1.65)
GOALS: Final = {
    "marking, PostgreSQL, 50 rooms at once": Goal(4.0),
    "marking, PostgreSQL, two workers, 50 rooms at once": Goal(ratio=1.15),
    "marking, PostgreSQL, beside the idiom, 50 rooms at once": Goal(ratio=0.5),
    "marking, SQLite, 50 rooms at once": MARKING_SQLITE,
    "marking, SQLite, 200 rooms at once": MARKING_SQLITE,
    "hold in one room, SQLite, p50": Goal(ratio=1.4),
    "hold in one room, SQLite, p99": Goal(ratio=1.6),
    "confirm in one room, SQLite, p50": Goal(ratio=1.4),
    "confirm in one room, SQLite, p99": Goal(ratio=1.6),
    "hold in one room, PostgreSQL, p50": Goal(ratio=1.8),
    "hold in one room, PostgreSQL, p99": Goal(ratio=1.8),
    "confirm in one room, PostgreSQL, p50": Goal(ratio=1.8),
    "confirm in one room, PostgreSQL, p99": Goal(ratio=1.8),
    "an announcement, from the first to the last, 1000 markers": Goal(ratio=1.2),
    "a hold among 5 000, beside one among 10": Goal(ratio=1.1),
    "opening a socket, SQLite": Goal(0.6),
    "opening a socket, PostgreSQL": Goal(1.5),
    "1 000 at once, the last is in, PostgreSQL": Goal(1.5),
    "1 000 at once, refused, PostgreSQL": Goal(0),
    "GetProfile, 50 marks, SQLite": Goal(130),
    "GetProfile, 50 marks, PostgreSQL": Goal(300),
    "an idle socket, 5000 sockets": Goal(32),
    "idle CPU, 5000 sockets": Goal(0.03),
    "start to first answer": Goal(0.7),
    "memory of an empty service": Goal(80),
    "durable confirms, SQLite, 16 tasks": Goal(16_000, 0.4, at_least=True),
}


def goal_of(figure: Figure) -> Goal | None:
    """Finds what this one is to reach, where there is a goal."""
    return GOALS.get(figure.title)
