"""How often a command of marking asks PostgreSQL: a guard that looks at no clock.

A round trip costs more than what it asks for; one more a command is a choice, to be made here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import URL, text

from attendance_adapters.notifiers.local import LocalNotifier
from attendance_adapters.sql import pg_connection
from attendance_adapters.sql.pg_literals import literal
from attendance_adapters.sql.postgres import PostgresStore
from attendance_core.marking.connections import Process, Role
from attendance_core.testing.lectures import (
    EVENT,
    PROCESS,
    Lecture,
    numbered_connection,
    session_of,
)
from attendance_core.vocabulary import UserId
from tests.support.postgres_rivals import ANNA, BORIS
from tests.support.round_trips import asked

LATE_COMER = UserId(5)
TRIPS = {
    "find out who calls": 1,
    "open mark_me": 3,
    "open marking": 3,
    "read the room": 1,
    "read the room, which grows quiet": 1,
    "prepare_to_mark": 3,
    "confirm_marking": 4,
    "refuse_to_mark": 4,
    "say goodbye": 3,
    "note a loss": 2,
    "GetProfile": 1,
}


async def lecture_by_database_clock(store: PostgresStore) -> Lecture:
    """Begins a lecture that goes on for an hour from now, by the clock of the database."""
    lecture = await Lecture.begun(store, waiting=8)

    def work(unit: Any) -> None:
        now = unit.now()
        event = unit.events.get(EVENT)
        unit.events.put(replace(event, starts_at=now - 60, ends_at=now + 3600))
        unit.processes.put(Process(PROCESS, now, now - 60))

    await store.transact(work)
    return lecture


async def test_each_command_asks_as_often_as_it_is_known_to(postgres_url: URL) -> None:
    store = PostgresStore(postgres_url, LocalNotifier())
    await store.start()
    lecture = await lecture_by_database_clock(store)
    do, marker = lecture.do, lecture.markers[0]
    sockets_of = {each.user_id: [each] for each in lecture.waiting}

    def late_socket(role: Role, number: int) -> Any:
        return numbered_connection(number, LATE_COMER, role)

    async def count_trips(target: UserId, another: UserId, first_number: int) -> dict[str, int]:
        mark_me = late_socket(Role.MARK_ME, first_number)
        marking = late_socket(Role.MARKING, first_number + 1)
        steps: list[tuple[str, Any]] = [
            ("find out who calls", store.observe(lambda u: u.sessions.find(session_of(1)))),
            ("prepare_to_mark", do.prepare_to_mark(connection=marker, target=target)),
            ("confirm_marking", do.confirm_marking(connection=marker)),
            ("another", do.prepare_to_mark(connection=marker, target=another)),
            ("refuse_to_mark", do.refuse_to_mark(connection=marker)),
            ("say goodbye", do.hang_up(connections=sockets_of.pop(LATE_COMER, []), goodbye=True)),
            ("open mark_me", do.mark_me(connection=mark_me)),
            ("say goodbye", do.hang_up(connections=[mark_me], goodbye=True)),
            ("open marking", do.ready_to_mark(connection=marking)),
            (
                "read the room",
                do.read_room(event_id=EVENT, process_id=PROCESS, watched=[LATE_COMER]),
            ),
            (
                "read the room, which grows quiet",
                do.read_room(event_id=EVENT, process_id=PROCESS, watched=[], with_glance=True),
            ),
            ("note a loss", do.hang_up(connections=[marking], goodbye=False)),
            ("say goodbye", do.hang_up(connections=[marking], goodbye=True)),
            ("GetProfile", do.get_profile(actor=ANNA, user_id=ANNA)),
        ]
        trips = {}
        for name, step in steps:
            with asked() as noted:
                await step
            trips[name] = len(noted)
        return {name: trips[name] for name in TRIPS}

    # From then on it is known which looks are more than one statement
    await count_trips(UserId(6), UserId(7), 100)
    found = await count_trips(UserId(8), UserId(9), 102)
    await store.close()
    assert found == TRIPS


async def test_a_connection_keeps_only_so_many_statements_prepared(
    postgres_url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pg_connection, "MAX_PREPARED", 3)
    store = PostgresStore(postgres_url, LocalNotifier(), pool_size=1)
    await store.start()
    lecture = await lecture_by_database_clock(store)
    for target in (ANNA, BORIS):
        await lecture.do.prepare_to_mark(connection=lecture.markers[0], target=target)
        await lecture.do.confirm_marking(connection=lecture.markers[0])

    def count(unit: Any) -> int:
        count_prepared = text("SELECT count(*) FROM pg_prepared_statements")
        return int(unit.accounts._execute(count_prepared).scalar_one())

    kept = await store.transact(count)
    await store.close()
    assert kept <= 3 + 1, "the driver closes one with the next that it prepares"


@pytest.mark.parametrize("written", ["O'Hara", "a\\b", "a;b", "ж", "x" * 101, 'a"b', "a\nb", "$1"])
def test_what_people_write_never_stands_among_the_words_of_a_statement(written: str) -> None:
    assert literal(written) is None


def test_what_stands_there_is_one_word() -> None:
    written = [literal(each) for each in (None, True, False, -5, EVENT, "mark_me", b"bytes", 1.5)]
    ours = f"'{EVENT}'"
    assert written == ["NULL", "true", "false", "'-5'", ours, "'mark_me'", None, None]
