"""`python -m tests.chaos --seed N --seconds S --workers W`: one run of chaos, and its report."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
from pathlib import Path

from tests.chaos.run import Plan, play


def main() -> int:
    """Plays one run; answers 0 where everything was as promised."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    parser.add_argument("--seconds", type=float, default=60.0, help="of harm, in all")
    parser.add_argument("--part", type=float, default=60.0, help="seconds of harm before a calm")
    parser.add_argument("--workers", type=int, help="3; over SQLite it is 1")
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--events", type=int, default=8)
    parser.add_argument("--pace", type=float, default=0.2, help="seconds a marker thinks")
    parser.add_argument("--kill-every", type=float, default=3.0, help="seconds, on average")
    parser.add_argument("--history", type=Path, help="the file to write everything to")
    given = parser.parse_args()
    usual_worker_count = 1 if given.database == "sqlite" else 3
    if given.database == "sqlite" and given.workers not in (None, 1):
        parser.error("SQLite is for one process: --workers 1")
    plan = Plan(
        seed=given.seed,
        seconds=given.seconds,
        part_seconds=given.part,
        workers=given.workers or usual_worker_count,
        people=given.people,
        events=given.events,
        pace=given.pace,
        kill_every=given.kill_every,
        history_file=given.history,
        database=given.database,
    )
    report = asyncio.run(play(plan, lambda line: print(line, flush=True)))
    print(report.text())
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
