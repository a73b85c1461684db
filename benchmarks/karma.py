"""How long GetProfile takes of somebody who has made 5 000 marks.

    python -m benchmarks.karma

Over a SQLite file and over a PostgreSQL server of its own, a hundred classes of fifty people in a
year, each of them marked by one and the same. First as it is, then by another rule than the
database counts by, so that the ledger itself is folded.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import URL

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.addresses import sqlite_url
from attendance_adapters.sql.migrate import upgrade
from attendance_adapters.sql.postgres import PostgresStore
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_adapters.system import SystemClock
from attendance_core import ports
from attendance_core.events import Event
from attendance_core.marking.terms import Terms
from attendance_core.profiles import GetProfile
from attendance_core.vocabulary import EventId, UserId
from tests.support.postgres import Cluster, a_database, binaries, make_template
from tests.support.stand_ins import numbered_code
from tests.support.stored_people import mark, people

CLASSES, STUDENTS = 100, 50
JANUARY = 1_767_225_600.0
WEEK = 7 * 86_400.0
ASKED = 300  # times
RULES = {"as it is": Terms(), "by another rule": Terms(karma_pair_a_month=5)}


def a_class(unit: ports.Unit, number: int, marker: UserId, students: list[UserId]) -> None:
    """Two a week."""
    event_id, at = EventId(UUID(int=number + 1)), JANUARY + number * WEEK / 2
    unit.events.add(
        Event(event_id, f"Class {number}", marker, at, at + 3600, numbered_code(number))
    )
    for each, student in enumerate(students):
        mark(unit, student, marker, at + each, event_id)


async def measure(engine: str, store: Any) -> None:
    """Prints a line a rule."""
    await store.start()
    marker, *students = await people(store, *(f"Person {n}" for n in range(STUDENTS + 1)))
    for number in range(CLASSES):
        await store.transact(lambda unit, number=number: a_class(unit, number, marker, students))
    for rule, terms in RULES.items():
        get_profile, took = GetProfile(store.observe, terms), []
        for _ in range(ASKED):
            began = time.perf_counter()
            seen = await get_profile(actor=students[0], user_id=marker)
            took.append(1000 * (time.perf_counter() - began))
        p95 = statistics.quantiles(took, n=20)[-1]
        print(
            f"{engine:10} {rule:16} p50 {statistics.median(took):5.1f} ms, p95 {p95:5.1f} ms,"
            f" {seen.karma} karma"
        )
    await store.close()


def run(engine: str, url: URL, store: Any) -> None:
    """Fills a database and measures a store over it."""
    upgrade(url)
    asyncio.run(measure(engine, store))


def main() -> None:
    """Both engines."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        url = sqlite_url(Path(folder).absolute() / "it.db")
        run("SQLite", url, SqliteStore(Path(str(url.database)), SystemClock(), LocalNotifier()))
    cluster = Cluster(binaries())
    try:
        cluster.start()
        make_template(cluster.address)
        with a_database(cluster.address) as url:
            run("PostgreSQL", url, PostgresStore(url, LocalNotifier()))
    finally:
        cluster.remove()


if __name__ == "__main__":
    main()
