"""`python -m tests.chaos.hostile [NAME ...]`: what one attacker costs a bystander, one by one.

Each is against a service of its own that nobody has harmed yet. A bystander is measured before,
meanwhile and afterwards, each time by a process of its own. The exit code is 0 where all are borne.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.chaos import attacks, flood
from tests.chaos.attacks import ATTACKS
from tests.chaos.felt import Felt
from tests.chaos.floods import FLOODS
from tests.chaos.ground import ENGINES, ground
from tests.chaos.siege import MEBIBYTE, NobodyGetsIn, Siege, besieged, felt

ALL: Final = (*ATTACKS, *FLOODS)
WARM_SECONDS: Final = 1.0  # what is done for the first time takes longer, whoever asks
BEFORE_SECONDS: Final = 10.0  # as long as an attack: a 99th percentile of few is a matter of luck
AFTER_SECONDS: Final = 3.0
WIDTH: Final = 170  # of the table where nobody looks at it in a terminal


@dataclass(frozen=True)
class Bound:
    """What may become of one kind of asking, by its median or its 99th percentile."""

    milliseconds: float
    ratio: float = math.inf  # to what it was before
    by_median: bool = False

    def milliseconds_of(self, felt: Felt) -> float:
        """Finds the milliseconds that are bounded."""
        return felt.median_ms if self.by_median else felt.p99_ms


@dataclass(frozen=True)
class Bounds:
    """What a bystander may feel of an attack, and how much memory it may take."""

    kinds: Mapping[str, Bound]
    growth: int  # bytes


BOUNDS_UNDER_ATTACKS: Final = Bounds(
    {kind: Bound(250, 4) for kind in ("hold", "opening", "profile")}, 50 * MEBIBYTE
)
BOUNDS_UNDER_FLOODS: Final = Bounds(
    {
        "hold": Bound(250, 4),
        "confirm": Bound(250, 4),
        "opening": Bound(1000),
        "profile": Bound(200, 4),
        "log-in": Bound(1000, by_median=True),
    },
    150 * MEBIBYTE,
)
KINDS: Final = tuple(BOUNDS_UNDER_FLOODS.kinds)


def bounds_of(name: str) -> Bounds:
    """Finds what is asked of a bystander under an attack."""
    return BOUNDS_UNDER_FLOODS if name in FLOODS else BOUNDS_UNDER_ATTACKS


@dataclass(frozen=True)
class Measured:
    """One attack; ``after`` is None where nobody got in any more."""

    name: str
    bounds: Bounds
    before: Mapping[str, Felt]
    siege: Siege
    after: Mapping[str, Felt] | None

    def ratio(self, kind: str) -> float:
        """Tells how many times slower it was, by what bounds it."""
        bound = BOUNDS_UNDER_FLOODS.kinds[kind]
        return bound.milliseconds_of(self.siege.felt[kind]) / max(
            bound.milliseconds_of(self.before[kind]), 0.01
        )

    @property
    def failed_count(self) -> int:
        """How many things went wrong for the bystander, meanwhile and afterwards."""
        felt = [*self.siege.felt.values(), *(self.after or {}).values()]
        return sum(each.failed_count for each in felt)

    def missed(self) -> list[str]:
        """Lists what does not hold."""
        missed = []
        for kind, bound in self.bounds.kinds.items():
            took = bound.milliseconds_of(self.siege.felt[kind])
            if self.ratio(kind) > bound.ratio or took > bound.milliseconds:
                missed.append(f"{kind} slow")
        if self.siege.growth > self.bounds.growth:
            missed.append(f"+{self.siege.growth // MEBIBYTE} MiB")
        if self.siege.leases_lost:
            missed.append("lease lost")
        if self.failed_count:
            missed.append("errors")
        if self.after is None:
            missed.append("nobody gets in afterwards")
        return missed

    def row(self) -> list[str]:
        """Writes the cells of its row."""
        kinds = []
        for kind in KINDS:
            after = "nobody" if self.after is None else _times(self.after[kind])
            during = f"{_times(self.siege.felt[kind])} x{self.ratio(kind):.1f}"
            kinds.append(f"{_times(self.before[kind])}\n{during}\n{after}")
        missed = self.missed()
        return [
            f"{self.name}\n{_done(self.siege.done)}",
            *kinds,
            f"{self.siege.felt['clock'].p99_ms:.0f}",
            str(self.failed_count),
            "\n".join(str(each // MEBIBYTE) for each in self.siege.memory),
            str(self.siege.leases_lost),
            "[red]" + "\n".join(missed) if missed else "[green]holds",
        ]


def measured(name: str, seconds: float, engine: str, *, nginx: bool) -> Measured:
    """Measures an attack on a service of its own. Raises NobodyGetsIn where it was so before."""
    found = FLOODS.get(name)
    with (
        tempfile.TemporaryDirectory() as folder,
        ground(
            Path(folder),
            engine,
            nginx=nginx,
            crowded=found is not None and found.needs_crowded_database,
            entries=0 if found is None else found.entries,
            by_provider=found is not None and found.by_provider,
        ) as on,
    ):
        felt(on, WARM_SECONDS)
        before = felt(on, BEFORE_SECONDS)
        siege = besieged(on, name, seconds)
        try:
            after = felt(on, AFTER_SECONDS)
        except NobodyGetsIn:
            after = None
        return Measured(name, bounds_of(name), before, siege, after)


def table_of(found: Sequence[Measured], title: str) -> Table:
    """Makes a row for each attack."""
    table = Table(title=title, caption="p50/p99 in ms: before, during, after", show_lines=True)
    for each in ("attack", *KINDS, "own\nclock", "errors", "MiB", "leases\nlost", "bounds"):
        table.add_column(each, no_wrap=True)
    for measure in found:
        table.add_row(*measure.row())
    return table


def _done(done: attacks.Done | flood.Done) -> str:
    if isinstance(done, attacks.Done):
        return f"{done.sent / MEBIBYTE:.0f} MiB, {done.connections} conn."
    codes = ", ".join(f"{code} x{count}" for code, count in sorted(done.codes.items()))
    return f"{done.sent} asked, {done.connections} conn.\n{codes}"


def _times(felt: Felt) -> str:
    return (
        f"{felt.median_ms:.0f}/{felt.p99_ms:.0f}"
        if felt.p99_ms >= 100
        else f"{felt.median_ms:.1f}/{felt.p99_ms:.1f}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures attacks that are named, or all; answers 0 where the bounds hold under each."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.hostile", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ALL))
    parser.add_argument("--seconds", type=float, default=10.0, help="of each attack")
    parser.add_argument("--nginx", action="store_true", help="that of deploy/ is in front")
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    given = parser.parse_args(arguments)
    unknown = [each for each in given.names if each not in ALL]
    if unknown:
        parser.error(f"there is no attack {unknown[0]}; there are {', '.join(ALL)}")
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    found = []
    for name in given.names or ALL:
        measure = measured(name, given.seconds, given.engine, nginx=given.nginx)
        found.append(measure)
        console.print(f"{name}: {', '.join(measure.missed()) or 'holds'}")
        for kind, each in measure.siege.felt.items():
            for error in each.errors[:2]:
                console.print(f"  {kind}: {error}", markup=False)
    title = f"{given.engine}{', nginx in front' if given.nginx else ''}, {given.seconds:g} s each"
    console.print(table_of(found, title))
    return 1 if any(each.missed() for each in found) else 0


if __name__ == "__main__":
    sys.exit(main())
