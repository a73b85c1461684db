"""`python -m tests.chaos.figures [NAME ...]`: each figure in a line, with its goal, in seconds.

The exit code is 0 where all of them were reached. All together take twelve minutes.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from tests.chaos.figures.deaths import drain, failover
from tests.chaos.figures.exports import exports
from tests.chaos.figures.figure import Figure
from tests.chaos.figures.races import race_postgres, race_sqlite
from tests.chaos.figures.servers_away import database_restart, notifier_gap
from tests.chaos.figures.viewers import viewers

FIGURES: Final[dict[str, Callable[[], Coroutine[Any, Any, Figure]]]] = {
    "race-sqlite": race_sqlite,
    "race-postgres": race_postgres,
    "failover": failover,
    "database-restart": database_restart,
    "notifier-gap": notifier_gap,
    "drain": drain,
    "viewers": viewers,
    "exports": exports,
}


def main(names: Sequence[str]) -> int:
    """Measures those that are named, or all; answers 0 where all of them were reached."""
    is_reached = True
    for name in names or FIGURES:
        figure = asyncio.run(FIGURES[name]())
        print(figure.text(), flush=True)
        is_reached &= figure.is_reached
    return 0 if is_reached else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
