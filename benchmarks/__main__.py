"""`python -m benchmarks [NAME ...]`: measures, prints a table, and writes what was found.

All benches together take some 45 minutes, and want a machine to themselves. With `--quick`
each is run once and small, which shows that it runs and says nothing of speed.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import Progress

from benchmarks import machine, page, plots, processes, results
from benchmarks.environment import BUILD
from benchmarks.figure import Figure, Section
from benchmarks.load.process import LoadProcess
from benchmarks.run import Run
from benchmarks.subjects import servers
from benchmarks.table import printed

BENCHES: Final = ("marking", "big_room", "news", "arrival", "calls", "idle", "commits", "start")
ROUNDS: Final = 5
WIDTH: Final = 220  # characters of a table that is read from a file


def main(arguments: Sequence[str]) -> int:
    """Measures, and writes what was found; answers 0 where all ran, whatever was reached."""
    asked = _parse(arguments)
    processes.allow_many_sockets()
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH
    if not asked.redraw:
        found = dict[str, Section]()
        for name, section in _measure_each(asked, console):
            found[name] = section
            if asked.results is not None:
                results.write(asked.results, results.read(asked.results) | found)
        console.print(printed(found))
    if asked.results == results.RESULTS:
        sections = results.read(asked.results)
        page.rewrite(sections, plots.draw_all(sections, page.PLOTS))
    return 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHES)}")
    parser.add_argument("--quick", action="store_true", help="once and small; no page is written")
    parser.add_argument("--seed", type=int, default=16, help="of whatever is left to chance")
    parser.add_argument("--results", type=Path, help="the file that is written")
    parser.add_argument("--redraw", action="store_true", help="measure nothing, write the page")
    parser.add_argument("--rounds", type=int, help=f"instead of {ROUNDS}, or of 1 if quick")
    asked = parser.parse_args(arguments)
    unknown = set(asked.names) - set(BENCHES)
    if unknown:
        parser.error(f"there is no {min(unknown)}")
    if asked.results is None and not asked.quick:
        asked.results = results.RESULTS
    if asked.rounds is None:
        asked.rounds = 1 if asked.quick else ROUNDS
    return asked


def _measure_each(asked: argparse.Namespace, console: Console) -> Iterator[tuple[str, Section]]:
    """Runs benches one after another, over the same PostgreSQL where they need one."""
    with ExitStack() as stack:
        # Here and not in /tmp, which may be no disk
        BUILD.mkdir(exist_ok=True)
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=BUILD, prefix="bench-"))
        load = stack.enter_context(closing(LoadProcess()))
        hidden = not console.is_terminal
        bar = stack.enter_context(Progress(console=console, disable=hidden, transient=True))
        begun_once = cache(lambda: stack.enter_context(servers()))
        for name in asked.names or BENCHES:
            of_bench = Path(folder) / name
            of_bench.mkdir()
            run = Run(
                quick=asked.quick,
                rounds=asked.rounds,
                chance=random.Random(asked.seed),
                folder=of_bench,
                load=load,
                servers=begun_once,
                progress=bar,
            )
            yield name, _section(name, run, asked.seed)


def _section(name: str, run: Run, seed: int) -> Section:
    """Runs one bench."""
    measure: Callable[[Run], list[Figure]] = import_module(f"benchmarks.benches.{name}").measure
    begun = time.monotonic()
    figures = measure(run)
    return Section(
        date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        seconds=time.monotonic() - begun,
        seed=seed,
        rounds=run.rounds,
        machine=machine.machine(),
        versions=machine.versions(),
        figures=figures,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
