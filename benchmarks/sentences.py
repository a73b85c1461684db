"""What figures mean for people: sentences whose numbers come from what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from benchmarks.figure import Figure, Section
from benchmarks.table import number

HALL: Final = 300  # people
UNIVERSITY: Final = 30_000  # people


@dataclass(frozen=True)
class Sentence:
    """A text with a place for a number, which is a figure times a factor."""

    title: str  # of the figure
    factor: float
    text: str


SENTENCES: Final[Mapping[str, tuple[Sentence, ...]]] = {
    "marking": (
        Sentence(
            "marking, SQLite, 50 rooms at once",
            HALL / 1000,
            "In a hall of 300 where each is marked once, all of it together, 600 openings and 600"
            " ends of sockets included, takes {} s of one core over SQLite.",
        ),
        Sentence(
            "marking, PostgreSQL, 50 rooms at once",
            UNIVERSITY / 1000 / 60,
            "A university of 30 000 that marks everybody once a morning needs {} minutes of one"
            " core over PostgreSQL for that.",
        ),
        Sentence(
            "hold in one room, SQLite, p99",
            1,
            "Whoever taps a name has them after at most {} ms, 99 times of 100, beside which"
            " the phone's own network is what is felt.",
        ),
        Sentence(
            "confirm in one room, PostgreSQL, p99",
            1,
            "From a confirm to the other phone's `was_marked` it is at most {} ms over PostgreSQL,"
            " 99 times of 100, the commit to disk included.",
        ),
    ),
    "big_room": (
        Sentence(
            "a hold among 5 000, beside one among 10",
            1,
            "With 5 000 people waiting in one room a hold still takes {} ms.",
        ),
        Sentence(
            "from a tap to the last who sees it, 1000 markers",
            1,
            "When one of 1 000 markers chooses somebody, the last of the others sees them leave"
            " the list {} ms after the tap.",
        ),
    ),
    "news": (
        Sentence(
            "a room where one a second is marked, 1000 people waiting",
            100,
            "A room of 1 000 in which one is marked every second, and all others hear that they"
            " have moved up, takes {} % of one core.",
        ),
    ),
    "arrival": (
        Sentence(
            "1 000 at once, the last is in, PostgreSQL",
            1,
            "When a hall of 1 000 opens the page in one instant, the last of them is in after"
            " {} s over PostgreSQL.",
        ),
        Sentence(
            "1 000 in 10 s, the worst hundredth waits, SQLite",
            1000,
            "When they come within ten seconds, 99 of 100 wait for less than {} ms.",
        ),
        Sentence(
            "opening a socket, SQLite",
            HALL / 1000,
            "The sockets of a hall of 300 cost {} s of one core to open.",
        ),
    ),
    "calls": (
        Sentence(
            "GetProfile, 50 marks, SQLite",
            HALL / 1e6,
            "Three hundred looks at a profile, one for each in a hall, take {} s of one core.",
        ),
        Sentence(
            "GetProfile, 5 000 marks, PostgreSQL",
            1e-3,
            "A marker with 5 000 marks is shown in {} ms of CPU: karma is not counted anew.",
        ),
    ),
    "idle": (
        Sentence(
            "an idle socket, 10000 sockets",
            10_000 / 1024,
            "Ten thousand people who only wait take {} MiB.",
        ),
        Sentence("idle CPU, 5000 sockets", 100, "Half as many take {} % of one core meanwhile."),
    ),
    "commits": (
        Sentence(
            "durable confirms, SQLite, 16 tasks",
            1,
            "One process over SQLite writes {} marks a second to the disk, sockets apart.",
        ),
    ),
    "start": (
        Sentence("start to first answer", 1, "A service answers {} s after its start."),
        Sentence("memory of an empty service", 1, "It takes {} MB before anybody has come."),
    ),
}


def sentences_of(bench: str, section: Section) -> Iterator[str]:
    """Writes those that its figures are there for."""
    found: dict[str, Figure] = {each.title: each for each in section.figures}
    for each in SENTENCES.get(bench, ()):
        if each.title in found:
            yield each.text.format(number(each.factor * found[each.title].value))
