"""A program of the library that kills itself at a named point of confirming a mark."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from attendance_adapters import Attendance, connect, embedded
from attendance_adapters.sql.postgres import PostgresStore
from attendance_core import Announcement, Role
from attendance_core.marking.announcements import PlaceChanged
from attendance_core.marking.commands import ConfirmMarking
from tests.support.dying_service import die, die_after_commit

POINTS = ("before_commit", "after_commit", "before_announcement", "before_reply")


def service_at(where: str) -> Attendance:
    """Makes one over a folder, or over a database that is there."""
    return connect(where, files_url="memory://") if "://" in where else embedded(where)


def arm(point: str, service: Attendance) -> ConfirmMarking:
    """Makes the use case that will not come back."""
    confirm = service.use_cases.confirm_marking
    publish = service.notifier.publish

    async def transact(work: Callable[[Any], Any]) -> Any:
        return await confirm.transact(lambda unit: (work(unit), die()))

    def publish_and_die(announcement: Announcement) -> None:
        publish(announcement)
        die()

    run_and_commit = PostgresStore._run_and_commit

    def commit_and_die(*given: Any) -> Any:
        committed = run_and_commit(*given)
        if any(isinstance(each, PlaceChanged) for each in committed.announcements):
            die()
        return committed

    match point:
        case "before_commit":
            return ConfirmMarking(transact, service.terms)
        case "after_commit":
            die_after_commit()  # over SQLite
            PostgresStore._run_and_commit = commit_and_die  # type: ignore[assignment, method-assign]
        case "before_announcement":
            service.notifier.publish = die  # type: ignore[method-assign]
        case "before_reply":
            service.notifier.publish = publish_and_die  # type: ignore[method-assign]
    return confirm


async def main(point: str, where: str) -> None:
    """Prints who was about to be marked by whom, and dies."""
    async with service_at(where) as service:
        do, now = service.use_cases, time.time()
        anna = await do.sign_up(username="anna", password="like tea")
        boris = await do.sign_up(username="boris", password="like tea")
        event = await do.create_event(
            actor=boris.user_id, name="Lecture", starts_at=now - 1, ends_at=now + 3600
        )
        event_id = event.event_id
        await do.mark_me(connection=service.connection(anna, event_id, Role.MARK_ME))
        marking = service.connection(boris, event_id, Role.MARKING)
        await do.ready_to_mark(connection=marking)
        await do.prepare_to_mark(connection=marking, target=anna.user_id)
        print(json.dumps([str(event_id), anna.token, boris.token]), flush=True)
        await arm(point, service)(connection=marking)
        sys.exit("it lives on")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
