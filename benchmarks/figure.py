"""What was measured: a figure, beside the floors that it stands on."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

MIN_FLOOR: Final = 1e-9  # below it a floor is nothing, and there is no ratio to it


@dataclass(frozen=True)
class Figure:
    """The values of some rounds, and of its floors in the same rounds."""

    name: str
    unit: str
    values: Sequence[float]
    floors: Mapping[str, Sequence[float]]  # the first is what the ratio is to
    at: float | None = None  # on a curve: where it was measured
    axis: str = ""  # what `at` counts

    @property
    def title(self) -> str:
        """What it is called in a table."""
        return self.name if self.at is None else f"{self.name}, {self.at:g} {self.axis}"

    @property
    def value(self) -> float:
        """The median."""
        return statistics.median(self.values)

    @property
    def floor_name(self) -> str:
        """What the first floor is."""
        return next(iter(self.floors))

    @property
    def floor(self) -> float:
        """The median of the first floor."""
        return statistics.median(self.floors[self.floor_name])

    @property
    def ratio(self) -> float | None:
        """The median of what each round says, so that a slow minute is in both."""
        floors = self.floors[self.floor_name]
        ratios = [
            value / floor
            for value, floor in zip(self.values, floors, strict=True)
            if floor > MIN_FLOOR
        ]
        return statistics.median(ratios) if ratios else None


@dataclass(frozen=True)
class Goal:
    """What a figure is to reach: at most so much, or at least where more is better."""

    value: float | None = None
    ratio: float | None = None
    at_least: bool = False

    @property
    def text(self) -> str:
        """What a table has of it."""
        sign = "≥" if self.at_least else "≤"
        parts = [] if self.value is None else [f"{sign} {self.value:g}"]
        return ", ".join(parts if self.ratio is None else [*parts, f"{sign} {self.ratio:g} x"])

    def is_reached(self, figure: Figure) -> bool:
        """Tells whether all that it says is so."""
        asked = ((self.value, figure.value), (self.ratio, figure.ratio))
        return all(
            found is not None and (found >= wanted if self.at_least else found <= wanted)
            for wanted, found in asked
            if wanted is not None
        )


@dataclass(frozen=True)
class Section:
    """The figures of one bench, with all that has to be known to believe them."""

    date: str
    seconds: float  # that it took
    seed: int
    rounds: int
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    figures: Sequence[Figure] = field(default_factory=list)
