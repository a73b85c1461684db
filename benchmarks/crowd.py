"""People who are logged in, and events that are on, written into a database at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import URL, make_url

from attendance_adapters import connect
from attendance_adapters.sql.addresses import postgres_url, sqlite_url
from attendance_adapters.sql.maintenance import run_on_connection
from attendance_adapters.system import RandomIds
from attendance_core.events import Event
from attendance_core.ports import Unit
from attendance_core.testing.people import log_in_people, mark
from attendance_core.vocabulary import EventId, UserId
from benchmarks.load.wire import Person
from tests.support.many_names import fill

HALF_A_WEEK_SECONDS: Final = 3.5 * 86_400.0
ADDED_AT_ONCE: Final = 50  # in a transaction, for which nobody waits for more than 4.5 s


@dataclass(frozen=True)
class Crowd:
    """How many there are to be."""

    person_count: int
    event_count: int


@dataclass(frozen=True)
class Gathered:
    """Those that are there."""

    people: list[Person]
    events: list[str]


@dataclass(frozen=True)
class MarkedClass:
    """An event in which one person has marked many."""

    event_id: str
    marker: int  # by id
    marked: Sequence[int]  # by id


def gather(url: str, crowd: Crowd) -> Gathered:
    """Makes them, a few in each transaction."""
    return asyncio.run(_gather(url, crowd))


async def _gather(url: str, crowd: Crowd) -> Gathered:
    people, events = list[Person](), list[str]()
    async with connect(url, files_url="memory://") as attendance:
        transact = attendance.use_cases.mark_me.transact
        while len(people) < crowd.person_count:
            count = min(ADDED_AT_ONCE, crowd.person_count - len(people))
            logged_in = await transact(partial(log_in_people, count))
            people += [Person(each.user_id, each.token) for each in logged_in]
        creator = UserId(people[0].user_id)
        while len(events) < crowd.event_count:
            count = min(ADDED_AT_ONCE, crowd.event_count - len(events))
            events += await transact(partial(_add_events, creator, count))
    return Gathered(people, events)


def _add_events(creator: UserId, count: int, unit: Unit) -> list[str]:
    now, made = unit.now(), []
    for event_id in [EventId(uuid4()) for _ in range(count)]:
        code = RandomIds().event_code()
        unit.events.add(Event(event_id, f"Class {event_id}", creator, now - 60, now + 86_400, code))
        made.append(str(event_id))
    return made


def add_marks(url: str, classes: Sequence[MarkedClass]) -> None:
    """Writes the marks of classes, two a week, the first of them today."""
    asyncio.run(_add_marks(url, classes))


async def _add_marks(url: str, classes: Sequence[MarkedClass]) -> None:
    async with connect(url, files_url="memory://") as attendance:
        for half_weeks_ago, each in enumerate(classes):
            work = partial(_mark_class, each, half_weeks_ago)
            await attendance.use_cases.mark_me.transact(work)


def _mark_class(marked: MarkedClass, half_weeks_ago: int, unit: Unit) -> None:
    at, event_id = unit.now() - half_weeks_ago * HALF_A_WEEK_SECONDS, EventId(UUID(marked.event_id))
    for user_id in marked.marked:
        mark(unit, UserId(user_id), UserId(marked.marker), at, event_id)


def add_names(url: str, count: int) -> None:
    """Adds so many people, and as many events, each of another name."""
    run_on_connection(_database(url), partial(fill, person_count=count, event_count=count))


def _database(url: str) -> URL:
    if url.startswith("sqlite"):
        return sqlite_url(Path(str(make_url(url).database)))
    return postgres_url(url)
