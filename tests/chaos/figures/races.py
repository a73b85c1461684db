"""How long fifty markers wait who reach for one person."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from attendance_adapters import migrate
from tests.chaos.figures.apparatus import servers, services
from tests.chaos.figures.figure import Figure
from tests.support.gathering import gathering
from tests.support.race import MARKER_COUNT, Race, race
from tests.support.service_process import running

ROUNDS: Final = 1000
MAX_SQLITE_SECONDS, MAX_POSTGRES_SECONDS = 0.5, 0.2  # of the slowest but one in a hundred


def figure_of(name: str, found: Race, most: float) -> Figure:
    """Makes the figure: one winner a round, and nobody waits for long."""
    told = {"rounds by winners": found.rounds_by_winners, "codes": found.codes}
    times = {f"p{part}": found.quantile(part / 100) for part in (50, 99)}
    is_reached = set(found.rounds_by_winners) == {1} and times["p99"] <= most
    return Figure(name, f"one winner each, p99 {most} s", {**told, **times}, is_reached)


async def race_sqlite() -> Figure:
    """Races 50 markers at one service over a file."""
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name).absolute()
        url = f"sqlite:///{folder / 'attendance.db'}"
        migrate(url)
        among = await gathering(url, MARKER_COUNT + 1)
        with running(folder, {"ATTENDANCE_DATABASE_URL": url}, migrate=False) as service:
            return figure_of(
                "race, SQLite", await race([service], among, ROUNDS), MAX_SQLITE_SECONDS
            )


async def race_postgres() -> Figure:
    """Races 50 markers, half of them at another service."""
    with servers() as (folder, postgres, valkey):
        among = await gathering(postgres.url, MARKER_COUNT + 1)
        with services(folder, 2, postgres, valkey) as doors:
            return figure_of(
                "race, PostgreSQL", await race(doors, among, ROUNDS), MAX_POSTGRES_SECONDS
            )
