"""What is found and erased of who deletes their account, in SQL. Decision 0025.

`FATES` is the one list of what is kept of a person. What has `ERASED` there is erased by it: who
adds a table of something that is somebody's adds a line, and a test looks whether they have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Table,
    bindparam,
    delete,
    exists,
    or_,
    select,
    tuple_,
    union,
    update,
)

from attendance_adapters.sql.column_types import BigId
from attendance_adapters.sql.executor import Executor
from attendance_adapters.sql.tables import (
    connections,
    events,
    friendships,
    helpers,
    ledger_notes,
    metadata,
    places,
    profiles,
)
from attendance_core.vocabulary import EventId, UserId


class Fate(Enum):
    """What becomes of the rows that name somebody, once they have deleted their account."""

    ERASED = "erased"  # by one statement, here, or some at a time
    ENDED = "ended"  # before, event by event, or session by session
    GIVEN = "given"  # to somebody else, or without an organiser from then on
    EMPTIED = "emptied"  # all but the id, which others' rows name
    KEPT = "kept"  # an id, of a person who is shown as deleted


# By table and column: each that has somebody's id
FATES: Final[Mapping[str, Fate]] = {
    "accounts.user_id": Fate.EMPTIED,
    "profiles.user_id": Fate.EMPTIED,
    "scans.user_id": Fate.ERASED,
    "friendships.low_id": Fate.ERASED,
    "friendships.high_id": Fate.ERASED,
    "friendships.asker_id": Fate.ERASED,
    "sessions.user_id": Fate.ERASED,
    "known_browsers.user_id": Fate.ERASED,
    "recovery_codes.user_id": Fate.ERASED,
    "reset_links.user_id": Fate.ERASED,
    "tokens.user_id": Fate.ERASED,
    "links.user_id": Fate.ERASED,
    "link_requests.user_id": Fate.ERASED,
    "moderators.user_id": Fate.ENDED,
    "scans.taken_by": Fate.ENDED,
    "audit_log.user_id": Fate.KEPT,
    "audit_log.actor_id": Fate.KEPT,
    "events.creator_id": Fate.GIVEN,
    "helpers.user_id": Fate.ENDED,
    "places.user_id": Fate.ENDED,  # without an entry
    "places.held_by": Fate.ENDED,
    "places.barred_marker": Fate.KEPT,  # for some seconds
    "connections.user_id": Fate.ENDED,
    "ledger.user_id": Fate.KEPT,
    "ledger.actor_id": Fate.KEPT,
    "ledger_notes.user_id": Fate.ERASED,
    "karma_months.user_id": Fate.KEPT,  # it is worked out of the ledger
}
# One of the two of a pair, whose row is found by them: no index begins with whoever asked, and
# without one every friendship there is would be read, while nobody else writes
FOUND_BY_ANOTHER_COLUMN: Final = "friendships.asker_id"
_user_id = bindparam("user_id", type_=BigId)
_where_user_id = bindparam("where_user_id", type_=BigId)  # in an UPDATE
_limit = bindparam("limit", type_=BigInteger)
# Beside entries: found by their places, since no index begins with the person
_ERASE_NOTES = delete(ledger_notes).where(
    ledger_notes.c.user_id == _user_id,
    ledger_notes.c.event_id.in_(select(places.c.event_id).where(places.c.user_id == _user_id)),
)


def _delete_some(table: Table, found: Any) -> Any:
    """Deletes what a statement finds by the primary key, and no more than the limit."""
    key = table.primary_key.columns
    return delete(table).where(tuple_(*key).in_(found.with_only_columns(*key).limit(_limit)))


_NOTES = (
    select(ledger_notes)
    .join(
        places,
        (places.c.event_id == ledger_notes.c.event_id)
        & (places.c.user_id == ledger_notes.c.user_id),
    )
    .where(places.c.user_id == _user_id)
)
# Each of the two of a pair is found by an index of its own; of both together SQLite reads all pairs
STATEMENTS_THAT_ERASE_SOME: Final = (
    _delete_some(friendships, select(friendships).where(friendships.c.low_id == _user_id)),
    _delete_some(friendships, select(friendships).where(friendships.c.high_id == _user_id)),
    _delete_some(ledger_notes, _NOTES),
)


def _statements_that_erase() -> Sequence[Any]:
    """Makes a statement for each table that has rows to erase."""
    conditions_by_table: dict[str, list[Any]] = {}
    for full_name, fate in FATES.items():
        table_name, _, column_name = full_name.partition(".")
        if full_name == FOUND_BY_ANOTHER_COLUMN:
            continue
        if fate is Fate.ERASED and table_name != ledger_notes.name:
            table = metadata.tables[table_name]
            column = next(each for each in table.c if each.name == column_name)
            conditions_by_table.setdefault(table_name, []).append(column == _user_id)
    return [
        delete(metadata.tables[table_name]).where(or_(*conditions))
        for table_name, conditions in conditions_by_table.items()
    ]


STATEMENTS_THAT_ERASE: Final = (
    _ERASE_NOTES,
    *_statements_that_erase(),
    update(profiles).where(profiles.c.user_id == _where_user_id).values(checked_at=None),
)
ORGANISED_WITH_OTHERS = union(
    select(events.c.event_id).where(
        events.c.creator_id == _user_id,
        exists().where(helpers.c.event_id == events.c.event_id),  # else it is given to nobody
    ),
    select(helpers.c.event_id).where(helpers.c.user_id == _user_id),
).limit(_limit)
_held_places = places.alias("held")
# Whoever has a socket, or holds somebody, has a place there
WITH_MORE_THAN_ENTRIES = (
    select(places.c.event_id)
    .where(
        places.c.user_id == _user_id,
        or_(
            places.c.last_n == 0,
            places.c.since.is_not(None),
            exists().where(
                _held_places.c.event_id == places.c.event_id, _held_places.c.held_by == _user_id
            ),
            exists().where(
                connections.c.event_id == places.c.event_id, connections.c.user_id == _user_id
            ),
        ),
    )
    .limit(_limit)
)


class Leavers:
    """Finds and erases what there is of them; `repositories.Leavers`."""

    def __init__(self, executor: Executor) -> None:
        self._execute = executor.execute
        self._send = executor.send
        self.erased_count = 0  # people, for whoever wipes what a file still has of them

    def organised_with_others(self, user_id: UserId, limit: int) -> Sequence[EventId]:
        return self._event_ids(ORGANISED_WITH_OTHERS, user_id, limit)

    def with_more_than_entries(self, user_id: UserId, limit: int) -> Sequence[EventId]:
        return self._event_ids(WITH_MORE_THAN_ENTRIES, user_id, limit)

    def _event_ids(self, statement: Any, user_id: UserId, limit: int) -> Sequence[EventId]:
        rows = self._execute(statement, {"user_id": user_id, "limit": limit})
        return [EventId(event_id) for (event_id,) in rows]

    def erase_some(self, user_id: UserId, limit: int) -> int:
        erased_count = 0
        for statement in STATEMENTS_THAT_ERASE_SOME:
            if erased_count < limit:
                parameters = {"user_id": user_id, "limit": limit - erased_count}
                erased_count += self._execute(statement, parameters).rowcount
        return erased_count

    def erase(self, user_id: UserId) -> None:
        self.erased_count += 1
        for statement in STATEMENTS_THAT_ERASE:
            self._send(statement, {"user_id": user_id, "where_user_id": user_id})
