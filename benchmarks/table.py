"""Figures as a table: to be printed, and as a part of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import median
from typing import Final, NamedTuple

from rich.table import Column, Table

from benchmarks.figure import Figure, Section
from benchmarks.goals import goal_of

HEADING: Final = (
    "figure",
    "unit",
    "here",
    "floor",
    "ratio",
    "goal",
    "reached",
    "the floor is",
    "others",
)


class Row(NamedTuple):
    """A figure in words, in the order of the heading."""

    title: str
    unit: str
    value: str
    floor: str
    ratio: str
    goal: str
    reached: str
    floor_name: str
    others: str


def row_of(figure: Figure) -> Row:
    """Says what was found."""
    goal, (_, *others) = goal_of(figure), figure.floors
    reached = "" if goal is None else "yes" if goal.is_reached(figure) else "NO"
    return Row(
        figure.title,
        figure.unit,
        number(figure.value),
        number(figure.floor),
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        "" if goal is None else goal.text,
        reached,
        figure.floor_name,
        "; ".join(f"{name} {number(median(figure.floors[name]))}" for name in others),
    )


def number(value: float) -> str:
    """Writes a number with as many digits as say something."""
    if value >= 1000:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}"


def printed(sections: Mapping[str, Section]) -> Table:
    """Makes a table of all of them, for a terminal."""
    table = Table(Column(HEADING[0], no_wrap=True), *HEADING[1:])
    for name, section in sections.items():
        table.add_section()
        table.add_row(f"[bold]{name}")
        for each in map(row_of, section.figures):
            table.add_row(*each, style="red" if each.reached == "NO" else None)
    return table


def markdown(figures: Iterable[Figure]) -> str:
    """Writes some of them, for a page."""
    lines = [HEADING, ["---"] * len(HEADING), *map(row_of, figures)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
