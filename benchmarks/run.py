"""One run: how much is measured, in which order, and how far it has come."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from rich.progress import Progress

from benchmarks.load.process import LoadProcess
from benchmarks.subjects import Servers

T = TypeVar("T")
MAX_ROUNDS: Final = 100  # more than anybody asks for


@dataclass(kw_only=True)
class Run:
    """What every bench is handed."""

    quick: bool  # whether it is only to be seen that all of it runs
    rounds: int  # in which each thing is measured
    chance: random.Random
    folder: Path  # on a disk, and empty at first
    load: LoadProcess
    servers: Callable[[], Servers]  # those of the whole run
    progress: Progress

    def sized(self, full: int, *, quick: int) -> int:
        """Chooses the one number, or in a quick run the other."""
        return quick if self.quick else full

    def interleaved(
        self, name: str, variants: Mapping[str, Callable[[], T]], most: int = MAX_ROUNDS
    ) -> dict[str, list[T]]:
        """Measures every variant in every round, of which there are so many at most, each time
        in another order.
        """
        rounds = min(self.rounds, most)
        found: dict[str, list[T]] = {variant: [] for variant in variants}
        task = self.progress.add_task(name, total=rounds * len(variants))
        for _ in range(rounds):
            for variant in self.chance.sample(list(variants), len(variants)):
                self.progress.update(task, description=f"{name}: {variant}")
                found[variant].append(variants[variant]())
                self.progress.advance(task)
        self.progress.update(task, description=name)
        return found

    def new_folder(self, name: str) -> Path:
        """Makes one for a server of its own."""
        folder = self.folder / f"{len(list(self.folder.iterdir()))}-{name}"
        folder.mkdir()
        return folder
