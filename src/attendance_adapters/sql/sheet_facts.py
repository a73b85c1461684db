"""The facts of a sheet in SQL, and who reads them for the worker that writes it. Decision 0019.

Values stay as the driver has them, instants in microseconds: the worker alone makes rows of them
(`sheet_rows`), whose columns these are.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    Uuid,
    bindparam,
    func,
    or_,
    select,
    type_coerce,
)

from attendance_adapters.sql.entries import is_last_entry_of_place, notes_are_of_entry
from attendance_adapters.sql.pieces import BY_PERSON
from attendance_adapters.sql.places import is_in_event, is_of_users
from attendance_adapters.sql.sqlite_driver import COMPILER
from attendance_adapters.sql.tables import ledger, ledger_notes, places, profiles, scans
from attendance_adapters.sql.unit import SqlUnit
from attendance_core import ports
from attendance_core.attendance import MAX_ANNULLED_TOLD, SheetBegun, SheetReading
from attendance_core.events import Event
from attendance_core.profiles import Confirmation
from attendance_core.vocabulary import UserId

# Some 2 ms of the event loop
PEOPLE_A_LOOK_OF_SERVICE: Final = 250
# As long as a worker's look lasts, the log of SQLite cannot begin anew
PEOPLE_A_LOOK_OF_WORKER: Final = 500
USER_IDS: Final = "user_ids"

_markers, _actors = profiles.alias("markers"), profiles.alias("actors")
_annulled_marks = ledger.alias("marks")


def _microseconds(instant: ColumnElement[Any]) -> ColumnElement[int]:
    return type_coerce(instant, BigInteger)


def _people(are_asked_for: ColumnElement[bool]) -> Select[Any]:
    """Reads each person and their last entry, in the order of the sheet."""
    return (
        select(
            profiles.c.user_id,
            profiles.c.display_name,
            scans.c.state == Confirmation.APPROVED.value,
            places.c.member,
            _microseconds(places.c.since),
            _microseconds(places.c.held_until),
            ledger.c.origin,
            ledger.c.actor_id,
            _markers.c.display_name,
            _microseconds(ledger.c.at),
            ledger.c.actor_checked,
            ledger_notes.c.marked_as,
            ledger_notes.c.note,
        )
        .select_from(
            places.join(profiles, profiles.c.user_id == places.c.user_id)
            .outerjoin(ledger, is_last_entry_of_place(ledger))
            .outerjoin(ledger_notes, notes_are_of_entry)
            .outerjoin(_markers, _markers.c.user_id == ledger.c.actor_id)
            .outerjoin(scans, scans.c.user_id == places.c.user_id)
        )
        .where(is_in_event, are_asked_for, or_(places.c.member, places.c.last_n > 0))
        .order_by(*BY_PERSON)
    )


def _annulled(are_asked_for: ColumnElement[bool]) -> Select[Any]:
    """Reads their last marks that do not stand, each with its annulment, the earliest first."""
    return (
        select(
            ledger.c.user_id,
            ledger.c.n,
            _microseconds(_annulled_marks.c.at),
            _annulled_marks.c.actor_id,
            _markers.c.display_name,
            _microseconds(ledger.c.at),
            ledger.c.actor_id,
            _actors.c.display_name,
            ledger.c.reason,
            ledger_notes.c.note,
        )
        .select_from(
            places.join(
                ledger,
                (ledger.c.event_id == places.c.event_id) & (ledger.c.user_id == places.c.user_id),
            )
            .join(
                _annulled_marks,
                (_annulled_marks.c.event_id == ledger.c.event_id)
                & (_annulled_marks.c.user_id == ledger.c.user_id)
                & (_annulled_marks.c.n == ledger.c.previous_n),
            )
            .outerjoin(ledger_notes, notes_are_of_entry)
            .outerjoin(_markers, _markers.c.user_id == _annulled_marks.c.actor_id)
            .outerjoin(_actors, _actors.c.user_id == ledger.c.actor_id)
        )
        .where(
            places.c.event_id == bindparam("event_id", type_=Uuid),
            are_asked_for,
            places.c.last_n > 1,  # most have one entry, of which nothing is annulled
            ledger.c.n % 2 == 0,  # an annulment: of a place each even entry is one
            ledger.c.n > places.c.last_n - 2 * bindparam("limit_each", type_=Integer),
        )
        .order_by(places.c.user_id, ledger.c.n)
    )


SERVICE_READS_PEOPLE, SERVICE_READS_ANNULLED = _people(is_of_users), _annulled(is_of_users)
# SQLite takes a list as one value, so that one text does for any number of ids
_are_in_list = places.c.user_id.in_(
    select(func.json_each(bindparam(USER_IDS, type_=String)).table_valued("value").c.value)
)
WORKER_READS_PEOPLE, WORKER_READS_ANNULLED = _people(_are_in_list), _annulled(_are_in_list)


class ReadInPlace:
    """Has workers read a file of SQLite by themselves; a `SheetSource`."""

    how_rows_come = "in place"

    def __init__(self, path: Path) -> None:
        self._address = f"{path.as_uri()}?mode=ro"

    async def worker_input(self, reading: SheetReading, begun: SheetBegun) -> AsyncIterator[Any]:
        """Says where the facts are and how to ask for them, then whose each look reads.

        None is the end.
        """
        event_id = begun.event.event_id
        parameters = {"event_id": event_id, "limit_each": MAX_ANNULLED_TOLD, USER_IDS: USER_IDS}
        statements = []
        for statement in (WORKER_READS_PEOPLE, WORKER_READS_ANNULLED):
            compiled, values = COMPILER.prepare(statement, parameters)
            # Where the name stands for its value, the worker puts its ids: it is told None there
            values = [None if value == USER_IDS else value for value in values]
            statements.append([compiled.text, values])
        yield {"database": self._address, "statements": statements}
        for first in range(0, len(begun.user_ids), PEOPLE_A_LOOK_OF_WORKER):
            yield begun.user_ids[first : first + PEOPLE_A_LOOK_OF_WORKER]
        yield None


class ReadForWorker:
    """Reads a database for workers, and passes on what it says; a `SheetSource`."""

    how_rows_come = "in facts"

    async def worker_input(self, reading: SheetReading, begun: SheetBegun) -> AsyncIterator[Any]:
        """Reads the facts of some people at a time, each time at one moment; None is the end."""
        for first in range(0, len(begun.user_ids), PEOPLE_A_LOOK_OF_SERVICE):
            user_ids = begun.user_ids[first : first + PEOPLE_A_LOOK_OF_SERVICE]
            yield await reading.look(partial(_facts, user_ids))
        yield None


def _facts(user_ids: Sequence[UserId], unit: ports.Unit, event: Event) -> Sequence[Any]:
    """Reads these people and what of theirs is annulled; answers the fields of a `Look`."""
    assert isinstance(unit, SqlUnit)
    parameters = {
        "event_id": event.event_id,
        "limit_each": MAX_ANNULLED_TOLD,
        USER_IDS: list(user_ids),
    }
    now = unit.now()
    people, annulled = (
        [tuple(row) for row in unit.execute(statement, parameters)]
        for statement in (SERVICE_READS_PEOPLE, SERVICE_READS_ANNULLED)
    )
    return [now, people, annulled]
