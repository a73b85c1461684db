"""How long it takes to find people and events by a part of their name among 100 000.

    python -m benchmarks.search

Over a SQLite file and over a PostgreSQL server of its own; the slowest of some rounds is printed,
for parts that few names have and for parts that nearly all have.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.addresses import sqlite_url
from attendance_adapters.sql.maintenance import run_on_connection
from attendance_adapters.sql.migrate import upgrade
from attendance_adapters.sql.postgres import PostgresStore
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_adapters.system import SystemClock
from attendance_core import ports
from attendance_core.events import EventQuery
from tests.support.many_names import fill
from tests.support.postgres import Cluster, a_database, binaries, make_template

NAMES = 100_000
ROUNDS = 7
# A part, and how common it is
PARTS = {
    "ивано": "a tenth",
    "ов-0": "a tenth of those",
    "анна": "a fifth",
    "ов-99999": "one",
    "никого нет": "none",
    "ов-": "all",
}


async def slowest(store: Any, look: Callable[[ports.Unit], Any]) -> float:
    """Milliseconds of the slowest of some rounds, the first of which fills the caches."""
    await store.observe(look)
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await store.observe(look)
        took.append(time.perf_counter() - began)
    return 1000 * max(took)


async def measure(engine: str, store: Any) -> None:
    """Prints a line a part."""
    for part, found in PARTS.items():
        people, events = await both(store, part)
        print(f"{engine:10} {found:16} people {people:6.1f} ms, events {events:6.1f} ms")


async def both(store: Any, part: str) -> tuple[float, float]:
    """Milliseconds among people, and among events."""
    people = await slowest(store, lambda unit: unit.profiles.search(part, 100, 0))
    return people, await slowest(store, lambda unit: unit.events.search(part, EventQuery(100)))


async def run(engine: str, url: URL, store: Any) -> None:
    """Fills a database and measures a store over it."""
    upgrade(url)
    await asyncio.to_thread(run_on_connection, url, partial(fill, people=NAMES, gatherings=NAMES))
    await store.start()
    await measure(engine, store)
    await store.close()


def main() -> None:
    """Both engines."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        url = sqlite_url(Path(folder).absolute() / "it.db")
        store = SqliteStore(Path(str(url.database)), SystemClock(), LocalNotifier())
        asyncio.run(run("SQLite", url, store))
    cluster = Cluster(binaries())
    try:
        cluster.start()
        make_template(cluster.address)
        with a_database(cluster.address) as url:
            asyncio.run(run("PostgreSQL", url, PostgresStore(url, LocalNotifier())))
    finally:
        cluster.remove()


if __name__ == "__main__":
    main()
