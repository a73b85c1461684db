"""Curves: how a figure and its floors go as there are more of something."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Final

import leather

from benchmarks.figure import Figure, Section
from benchmarks.table import number

OURS: Final = "the service"
MIN_POINTS: Final = 2  # fewer are no curve
WIDTH, HEIGHT = 720, 420
HEADROOM: Final = 1.1
COLOURS: Final = ("#c0392b", "#2c3e50", "#7f8c8d", "#2980b9")


def draw_all(sections: Mapping[str, Section], folder: Path) -> dict[str, list[str]]:
    """Writes a file for each curve; answers their names by bench."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn: dict[str, list[str]] = {}
    for bench, section in sections.items():
        for curve in curves(section.figures):
            name = f"{slug(curve[0].name)}.svg"
            (folder / name).write_text(draw(curve), encoding="utf-8")
            drawn.setdefault(bench, []).append(name)
    return drawn


def curves(figures: Iterable[Figure]) -> list[list[Figure]]:
    """Groups the figures that are of one curve."""
    by_name: dict[str, list[Figure]] = {}
    for figure in figures:
        if figure.at is not None:
            by_name.setdefault(figure.name, []).append(figure)
    return [curve for curve in by_name.values() if len(curve) >= MIN_POINTS]


def slug(name: str) -> str:
    """Makes the name of a file."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def draw(curve: Sequence[Figure]) -> str:
    """Draws an SVG with title, axes and units; the same figures give the same text."""
    first, labels = curve[0], [f"{each.at:g}" for each in curve]
    lines = {OURS: [each.value for each in curve]}
    lines |= {floor: [median(each.floors[floor]) for each in curve] for floor in first.floors}
    chart = leather.Chart(first.name)
    for (name, values), colour in zip(lines.items(), COLOURS, strict=False):
        chart.add_line(list(enumerate(values)), name=name, stroke_color=colour, width=2)
    chart.add_x_scale(0, len(labels) - 1)
    chart.add_x_axis(list(range(len(labels))), lambda at, *_: labels[at], first.axis)
    chart.add_y_scale(0, max(chain(*lines.values())) * HEADROOM)
    chart.add_y_axis(tick_formatter=lambda value, *_: number(float(value)), name=first.unit)
    return str(chart.to_svg(width=WIDTH, height=HEIGHT))
