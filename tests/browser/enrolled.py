"""People of a class, written straight into the service's database: they have joined, and said of
which group they are. Signing up takes as long as it should.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql.sqlite import SqliteStore
from attendance_adapters.system import SystemClock
from attendance_core import ports
from attendance_core.events import JoinEvent
from attendance_core.profiles import Profile
from attendance_core.vocabulary import EventId, UserId
from tests.support.service_process import Service


async def enrol(service: Service, event_id: str, people: Sequence[tuple[str, str]]) -> list[int]:
    """Adds people by name and group to an event; answers their ids."""

    def work(unit: ports.Unit) -> list[UserId]:
        made = []
        for name, group in people:
            user_id = unit.accounts.add(uuid4().hex, "nobody logs in with this", unit.now())
            unit.profiles.add(Profile(user_id, name, group))
            made.append(user_id)
        return made

    database = service.folder / "var/attendance.db"
    store = SqliteStore(database, SystemClock(), LocalNotifier())
    await store.start()
    try:
        made = await store.transact(work)
        for user_id in made:
            await JoinEvent(store.transact)(actor=user_id, event_id=EventId(UUID(event_id)))
    finally:
        await store.close()
    return [int(each) for each in made]
