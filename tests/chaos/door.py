"""`python -m tests.chaos.door [NAME ...]`: what one attacker costs a bystander, attack by attack.

Each is against a service of its own that nobody has harmed yet. A bystander is measured before,
meanwhile and afterwards, each time by a process of its own. The exit code is 0 where all are borne.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.chaos.attacks import ATTACKS
from tests.chaos.felt import Felt
from tests.chaos.siege import ENGINES, MEBIBYTE, NobodyGetsIn, Siege, besieged, felt, ground

WARM_SECONDS: Final = 1.0  # what is done for the first time takes longer, whoever asks
BEFORE_SECONDS: Final = 5.0
AFTER_SECONDS: Final = 3.0
JUDGED: Final = ("hold", "opening", "profile")
SLOWER_MOST: Final = 4.0  # times what it was before, at the 99th percentile
MILLISECONDS_MOST: Final = 250.0  # of the 99th percentile
GROWTH_MOST: Final = 50 * MEBIBYTE
WIDTH: Final = 180  # of the table where nobody looks at it in a terminal


@dataclass(frozen=True)
class Measured:
    """One attack; ``after`` is None where nobody got in any more."""

    name: str
    before: Mapping[str, Felt]
    siege: Siege
    after: Mapping[str, Felt] | None

    def ratio(self, kind: str) -> float:
        """How many times slower it was, at the 99th percentile."""
        return self.siege.felt[kind].p99 / max(self.before[kind].p99, 0.01)

    @property
    def failed(self) -> int:
        """How many things went wrong for the bystander, meanwhile and afterwards."""
        felt = [*self.siege.felt.values(), *(self.after or {}).values()]
        return sum(each.failed for each in felt)

    def missed(self) -> list[str]:
        """What of the target does not hold."""
        missed = []
        for kind in JUDGED:
            p99 = self.siege.felt[kind].p99
            if self.ratio(kind) > SLOWER_MOST or p99 > MILLISECONDS_MOST:
                missed.append(f"{kind} slow")
        if self.siege.growth > GROWTH_MOST:
            missed.append(f"+{self.siege.growth // MEBIBYTE} MiB")
        if self.siege.leases_lost:
            missed.append("lease lost")
        if self.failed:
            missed.append("errors")
        if self.after is None:
            missed.append("nobody gets in afterwards")
        return missed

    def row(self) -> list[str]:
        """As the table shows it."""
        kinds = [
            f"{_times(self.before[kind])} > {_times(self.siege.felt[kind])}\n"
            f"x{self.ratio(kind):.1f}"
            + (f"   after {self.after[kind].p99:.1f}" if self.after else "")
            for kind in JUDGED
        ]
        done = self.siege.done
        memory = " / ".join(str(each // MEBIBYTE) for each in self.siege.memory)
        missed = self.missed()
        return [
            f"{self.name}\n{done.sent / MEBIBYTE:.0f} MiB, {done.connections} conn.",
            *kinds,
            f"{self.siege.felt['clock'].p99:.1f}",
            str(self.failed),
            memory,
            str(self.siege.leases_lost),
            "[red]" + ", ".join(missed) if missed else "[green]holds",
        ]


def measured(name: str, seconds: float, engine: str, *, nginx: bool) -> Measured:
    """One attack on a service of its own. Raises NobodyGetsIn where it was so before."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ground(Path(folder), engine, nginx=nginx) as on,
    ):
        felt(on, WARM_SECONDS)
        before = felt(on, BEFORE_SECONDS)
        siege = besieged(on, name, seconds)
        try:
            after = felt(on, AFTER_SECONDS)
        except NobodyGetsIn:
            after = None
        return Measured(name, before, siege, after)


def table_of(found: Sequence[Measured], title: str) -> Table:
    """A line or two for each attack."""
    table = Table(title=title, show_lines=True)
    for each in ("attack", *(f"{kind}\np50/p99 ms, before > during" for kind in JUDGED)):
        table.add_column(each, no_wrap=True)
    for each in ("own\nclock", "errors", "MiB before\n/ most / after", "leases\nlost", "target"):
        table.add_column(each)
    for measure in found:
        table.add_row(*measure.row())
    return table


def _times(felt: Felt) -> str:
    return f"{felt.median:.1f}/{felt.p99:.1f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where the target holds under every attack that was asked for, or under all there are."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.door", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ATTACKS))
    parser.add_argument("--seconds", type=float, default=10.0, help="of each attack")
    parser.add_argument("--nginx", action="store_true", help="that of deploy/ is in front")
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    given = parser.parse_args(arguments)
    unknown = [each for each in given.names if each not in ATTACKS]
    if unknown:
        parser.error(f"there is no attack {unknown[0]}; there are {', '.join(ATTACKS)}")
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    found = []
    for name in given.names or ATTACKS:
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
