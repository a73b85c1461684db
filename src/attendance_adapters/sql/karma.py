"""Karma in SQL: whether a mark pays, and what all marks of somebody pay. Contract: 8.11.

What all of them pay is read of `karma_months`, which triggers keep (8.12). Where that was counted
by another rule than is asked for, it is read past, and the ledger itself is folded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Integer,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from attendance_adapters.sql import karma_triggers  # noqa: F401  declares them
from attendance_adapters.sql.column_types import BigId, InstantType
from attendance_adapters.sql.entries import is_last_entry_of_place
from attendance_adapters.sql.tables import karma_months, ledger, places
from attendance_core.marking.ledger import Origin
from attendance_core.marking.terms import Terms
from attendance_core.vocabulary import UserId

_event_id, _user_id = bindparam("event_id", type_=Uuid), bindparam("user_id", type_=BigId)
_actor_id, _at = bindparam("actor_id", type_=BigId), bindparam("at", type_=InstantType)
_month = bindparam("month", type_=Integer)
_pair_a_month = bindparam("pair_a_month", type_=BigInteger)
_unchecked_a_month = bindparam("unchecked_a_month", type_=BigInteger)
_earlier = ledger.alias("earlier")


def _count_before(are_counted: Any, limit: Any) -> Any:
    """Makes what counts standing hold marks of the month before one, up to as many as matter."""
    found = (
        select(literal(1).label("one"))
        .select_from(_earlier.join(places, is_last_entry_of_place(_earlier)))
        .where(
            are_counted,
            _earlier.c.origin == Origin.HOLD.value,
            _earlier.c.month == _month,
            or_(
                _earlier.c.at < _at,
                and_(
                    _earlier.c.at == _at,
                    tuple_(_earlier.c.event_id, _earlier.c.user_id) < tuple_(_event_id, _user_id),
                ),
            ),
        )
        .limit(limit)
        .subquery()
    )
    return select(func.count()).select_from(found).scalar_subquery()


_is_between_the_two = and_(
    _earlier.c.user_id.in_((_actor_id, _user_id)), _earlier.c.actor_id.in_((_actor_id, _user_id))
)
_is_of_unchecked_person = and_(_earlier.c.actor_id == _actor_id, ~_earlier.c.person_checked)
_month_by_rule = select(literal(1)).where(
    karma_months.c.user_id == _actor_id,
    karma_months.c.month == _month,
    karma_months.c.pair_a_month == _pair_a_month,
    karma_months.c.unchecked_a_month == _unchecked_a_month,
)
# Of a mark that was added, in rows that are only counted: one where the triggers have told whether
# it pays, by this rule, no mark of the month coming behind it; and another where it does
TELL_IN_ROWS_WHETHER_IT_PAYS = _month_by_rule.where(
    karma_months.c.last_pays.is_not(None)
).union_all(_month_by_rule.where(karma_months.c.last_pays.is_(True)))
ROWS_WHERE_IT_PAYS: Final = 2
# Of any mark, what its karma goes by
COUNT_MARKS_BEFORE = select(
    ledger.c.person_checked,
    _count_before(_is_between_the_two, _pair_a_month),
    _count_before(_is_of_unchecked_person, _unchecked_a_month),
).where(
    ledger.c.event_id == _event_id,
    ledger.c.user_id == _user_id,
    ledger.c.n == bindparam("n", type_=Integer),
)
# How many marks pay, and how many months were counted by another rule than is asked for
SUM_OF_MONTHS = select(
    func.coalesce(func.sum(karma_months.c.paying), 0),
    func.count(
        case(
            (
                or_(
                    karma_months.c.pair_a_month != _pair_a_month,
                    karma_months.c.unchecked_a_month != _unchecked_a_month,
                ),
                1,
            )
        )
    ),
).where(karma_months.c.user_id == _user_id)
_other = case((ledger.c.actor_id == _user_id, ledger.c.user_id), else_=ledger.c.actor_id)
_order = (ledger.c.at, ledger.c.event_id, ledger.c.user_id)
_counted_marks = (
    select(
        ledger.c.actor_id,
        ledger.c.person_checked,
        func.row_number()
        .over(partition_by=(ledger.c.month, _other), order_by=_order)
        .label("of_pair"),
        func.row_number()
        .over(
            partition_by=(ledger.c.actor_id, ledger.c.month, ledger.c.person_checked),
            order_by=_order,
        )
        .label("of_unchecked"),
    )
    .select_from(ledger.join(places, is_last_entry_of_place(ledger)))
    .where(
        or_(ledger.c.actor_id == _user_id, ledger.c.user_id == _user_id),
        ledger.c.origin == Origin.HOLD.value,
    )
    .subquery()
)
COUNT_PAYING = (
    select(func.count())
    .select_from(_counted_marks)
    .where(
        _counted_marks.c.actor_id == _user_id,
        _counted_marks.c.of_pair <= _pair_a_month,
        or_(_counted_marks.c.person_checked, _counted_marks.c.of_unchecked <= _unchecked_a_month),
    )
)


def rule_of(terms: Terms) -> Mapping[str, int]:
    """Names the two numbers that statements here ask for, and that months were counted by."""
    return {
        "pair_a_month": terms.karma_pair_a_month,
        "unchecked_a_month": terms.karma_unchecked_a_month,
    }


def count_paying(execute: Any, user_id: UserId, terms: Terms) -> int:
    """Counts the marks of somebody that pay."""
    parameters = {"user_id": user_id, **rule_of(terms)}
    paying_count, months_by_another_rule = execute(SUM_OF_MONTHS, parameters).one_or_none()
    if months_by_another_rule:
        paying_count = execute(COUNT_PAYING, parameters).scalar_one()
    return int(paying_count)
