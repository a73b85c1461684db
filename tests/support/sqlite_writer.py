"""Functions for a SQLite store, and a gate that holds its writer while they queue."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

from attendance_adapters.sql.sqlite import SqliteStore
from attendance_core.events import Event
from attendance_core.marking.announcements import ConnectionsEnded
from attendance_core.marking.endings import Ending
from attendance_core.testing.clock import NOON
from attendance_core.testing.stand_ins import CountedIds
from attendance_core.vocabulary import EventId, UserId

ANNOUNCEMENT = ConnectionsEnded(EventId(CountedIds().event_id()), Ending.DELETED)
ids = CountedIds()


def adds(name: str) -> Callable[[Any], EventId]:
    """Makes work that adds an event of this name, and announces something."""

    def work(unit: Any) -> EventId:
        event_id, code = EventId(ids.event_id()), ids.event_code()
        event = Event(event_id, name, UserId(1), NOON, NOON + 60, code)
        unit.events.add(event)
        unit.announce(ANNOUNCEMENT)
        return event.event_id

    return work


async def event_names(store: Any) -> list[str]:
    """Reads the names of all events, in the order of lists."""
    return [each.name for each in await store.observe(lambda u: u.events.search(None))]


class Gate:
    """Holds the writer in its first function until it is opened, so that others queue."""

    def __init__(self) -> None:
        self.reached, self.open = threading.Event(), threading.Event()

    async def hold(self, store: SqliteStore) -> asyncio.Task[None]:
        """Returns once the writer is held; the task ends once the gate is open."""
        task = asyncio.create_task(store.transact(self._wait))
        await asyncio.to_thread(self.reached.wait)
        return task

    def _wait(self, unit: Any) -> None:
        self.reached.set()
        self.open.wait()


async def in_one_group(store: SqliteStore, *works: Callable[[Any], Any]) -> list[Any]:
    """Has functions share a COMMIT; answers what became of each."""
    gate = Gate()
    held_task = await gate.hold(store)
    tasks = [asyncio.create_task(store.transact(work)) for work in works]
    await asyncio.sleep(0)  # each has handed its function over
    gate.open.set()
    await held_task
    return await asyncio.gather(*tasks, return_exceptions=True)


def driver_of(unit: Any) -> sqlite3.Connection:
    """Finds the connection below a unit, which product code never sees."""
    return unit.events._execute.__self__._connection  # type: ignore[no-any-return]


def noting_statements(noted: list[str]) -> Callable[[Any], None]:
    """Makes work from which on every statement of the writer is noted."""

    def work(unit: Any) -> None:
        driver_of(unit).set_trace_callback(noted.append)

    return work
