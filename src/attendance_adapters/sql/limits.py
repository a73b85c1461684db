"""What counts against whom, in SQL."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert  # SQLite's says the same

from attendance_adapters.sql.driver import Executes
from attendance_adapters.sql.tables import tallies
from attendance_core.limits import Tally
from attendance_core.vocabulary import Instant, TallyKey

_ADD = insert(tallies)
# Adds the row or locks it, in one statement: between two of them it could be forgotten
LOCK_TALLY = _ADD.on_conflict_do_update(
    index_elements=[tallies.c.key], set_={"key": _ADD.excluded.key}
).returning(tallies.c.taken, tallies.c.under_way)
PUT_TALLY = (
    update(tallies)
    .where(tallies.c.key == bindparam("of"))
    .values(
        taken=bindparam("taken"),
        under_way=bindparam("under_way"),
        lapses_at=bindparam("lapses_at"),
    )
)
# Those that somebody has locked are in use; by not waiting for them two sweeps never meet
REMOVE_LAPSED = delete(tallies).where(
    tallies.c.key.in_(
        select(tallies.c.key)
        .where(tallies.c.lapses_at <= bindparam("now"))
        .with_for_update(skip_locked=True)
    )
)


class Tallies:
    """`repositories.Tallies`."""

    def __init__(self, on: Executes) -> None:
        self._execute = on.execute

    def lock(self, key: TallyKey) -> Tally:
        empty = {"key": key, "taken": (), "under_way": (), "lapses_at": 0.0}
        ((taken, under_way),) = self._execute(LOCK_TALLY, empty)
        return Tally(key, taken, under_way)

    def put(self, tally: Tally, lapses_at: Instant) -> None:
        self._execute(
            PUT_TALLY,
            {
                "of": tally.key,
                "taken": tally.taken,
                "under_way": tally.under_way,
                "lapses_at": lapses_at,
            },
        )

    def remove_lapsed(self, now: Instant) -> None:
        self._execute(REMOVE_LAPSED, {"now": now})
