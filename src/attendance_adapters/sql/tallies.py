"""Tallies in SQL: how much of what is limited counts against whom."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select, update

from attendance_adapters.sql.executor import Executor
from attendance_adapters.sql.tables import tallies
from attendance_adapters.sql.upserts import add_or_change
from attendance_core.limits import Tally
from attendance_core.vocabulary import Instant, TallyKey

# Adds the row or locks it, in one statement: between two of them it could be removed
LOCK_TALLY = add_or_change(tallies, [tallies.c.key], ["key"]).returning(
    tallies.c.taken, tallies.c.under_way
)
PUT_TALLY = (
    update(tallies)
    .where(tallies.c.key == bindparam("where_key"))
    .values(
        taken=bindparam("taken"),
        under_way=bindparam("under_way"),
        lapses_at=bindparam("lapses_at"),
    )
)
# Skips rows that somebody has locked: they are in use, and two removals never wait for each other
REMOVE_LAPSED_TALLIES = delete(tallies).where(
    tallies.c.key.in_(
        select(tallies.c.key)
        .where(tallies.c.lapses_at <= bindparam("lapsed_until"))
        .with_for_update(skip_locked=True)
    )
)


class Tallies:
    """Keeps tallies; `repositories.Tallies`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send

    def lock(self, key: TallyKey) -> Tally:
        empty_row = {"key": key, "taken": (), "under_way": (), "lapses_at": 0.0}
        ((taken, under_way),) = self._execute(LOCK_TALLY, empty_row)
        return Tally(key, taken, under_way)

    def put(self, tally: Tally, lapses_at: Instant) -> None:
        parameters = {
            "where_key": tally.key,
            "taken": tally.taken,
            "under_way": tally.under_way,
            "lapses_at": lapses_at,
        }
        self._execute(PUT_TALLY, parameters)

    def remove_lapsed(self, now: Instant) -> None:
        self._send(REMOVE_LAPSED_TALLIES, {"lapsed_until": now})
