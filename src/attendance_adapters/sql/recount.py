"""Counts anew what the marks of months pay, beside services that read and write. Contract: 8.12.

Run where the rule has changed, or to check that nothing was counted wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from time import sleep
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    URL,
    BigInteger,
    Connection,
    Select,
    bindparam,
    delete,
    exists,
    func,
    insert,
    null,
    or_,
    select,
    update,
)

from attendance_adapters.sql.karma import rule_of
from attendance_adapters.sql.maintenance import (
    BATCH_PAUSE_SECONDS,
    LONG_SQLITE_BUSY_SECONDS,
    keep_others_out,
    run_on_connection,
    run_patiently,
)
from attendance_adapters.sql.tables import ONLY_ROW, accounts, karma_months, karma_rules, ledger
from attendance_core.marking.ledger import Origin
from attendance_core.marking.terms import Terms

PEOPLE_IN_A_BATCH: Final = 100  # of one transaction; some 50 ms
_user_ids = bindparam("user_ids", expanding=True, type_=BigInteger)
_after_user_id = bindparam("after_user_id", type_=BigInteger)
_EVERYBODY = (
    select(accounts.c.user_id)
    .where(accounts.c.user_id > _after_user_id)
    .order_by(accounts.c.user_id)
)
_PEOPLE_OF_ANOTHER_RULE = (
    select(karma_months.c.user_id)
    .distinct()
    .where(
        karma_months.c.user_id > _after_user_id,
        or_(
            karma_months.c.pair_a_month != bindparam("pair_a_month"),
            karma_months.c.unchecked_a_month != bindparam("unchecked_a_month"),
        ),
    )
    .order_by(karma_months.c.user_id)
)
_SELECT_MONTHS = select(karma_months).where(karma_months.c.user_id.in_(_user_ids))
_ADD_MISSING = insert(karma_months).from_select(
    ["user_id", "month"],
    select(ledger.c.actor_id, ledger.c.month)
    .distinct()
    .where(
        ledger.c.actor_id.in_(_user_ids),
        ledger.c.origin == Origin.HOLD.value,
        ~exists().where(
            karma_months.c.user_id == ledger.c.actor_id, karma_months.c.month == ledger.c.month
        ),
    ),
    include_defaults=False,
)
_COUNT_ANEW = (
    update(karma_months).where(karma_months.c.user_id.in_(_user_ids)).values(paying=null())
)
_SELECT_RULE = select(karma_rules.c.pair_a_month, karma_rules.c.unchecked_a_month)
# As the triggers lock them, who count at the same time
_LOCK_PERSON = select(func.pg_advisory_xact_lock(-bindparam("user_id", type_=BigInteger)))


def apply_rule(url: URL, terms: Terms) -> None:
    """Has months be counted by these terms, and anew where they were counted by others.

    Those that were not counted anew yet are read past. Raises UnusableDatabase.
    """

    def run(connection: Connection) -> None:
        keep_others_out(connection)
        run_patiently(connection, lambda: _put_rule(connection, terms))
        for _ in _recount_in_batches(connection, _PEOPLE_OF_ANOTHER_RULE, rule_of(terms)):
            pass

    run_on_connection(url, run, sqlite_busy_seconds=LONG_SQLITE_BUSY_SECONDS)


class Recount(NamedTuple):
    """Tells how many months there are, and how many of them had been counted wrong."""

    month_count: int
    wrong_count: int


class _Batch(NamedTuple):
    """Holds people whose months were counted anew, and the rows of these before and after."""

    user_ids: Sequence[int]
    before: set[Any]
    after: set[Any]


def recount(url: URL) -> Recount:
    """Counts every month anew. Raises UnusableDatabase."""

    def run(connection: Connection) -> Recount:
        keep_others_out(connection)
        month_count = wrong_count = 0
        for batch in _recount_in_batches(connection, _EVERYBODY, {}):
            month_count += len(batch.after)
            wrong_count += len(batch.after - batch.before)
        return Recount(month_count, wrong_count)

    return run_on_connection(url, run, sqlite_busy_seconds=LONG_SQLITE_BUSY_SECONDS)


def _put_rule(connection: Connection, terms: Terms) -> None:
    rule = rule_of(terms)
    if connection.execute(_SELECT_RULE).all() != [tuple(rule.values())]:
        connection.execute(delete(karma_rules))
        connection.execute(insert(karma_rules), {"number": ONLY_ROW, **rule})
    connection.commit()


def _recount_in_batches(
    connection: Connection, people: Select[int], rule: Mapping[str, int]
) -> Iterator[_Batch]:
    """Counts all months of these people anew.

    Each batch is a transaction of its own.
    """
    last = 0

    def take_batch() -> _Batch:
        parameters = {"after_user_id": last, **rule}
        user_ids = connection.scalars(people.limit(PEOPLE_IN_A_BATCH), parameters).all()
        if connection.dialect.name == "postgresql":
            for user_id in user_ids:
                connection.execute(_LOCK_PERSON, {"user_id": user_id})
        before = set(connection.execute(_SELECT_MONTHS, {"user_ids": user_ids}))
        connection.execute(_ADD_MISSING, {"user_ids": user_ids})
        connection.execute(_COUNT_ANEW, {"user_ids": user_ids})
        after = set(connection.execute(_SELECT_MONTHS, {"user_ids": user_ids}))
        connection.commit()
        return _Batch(user_ids, before, after)

    while True:
        batch = run_patiently(connection, take_batch)
        if not batch.user_ids:
            return
        yield batch
        last = batch.user_ids[-1]
        sleep(BATCH_PAUSE_SECONDS)
