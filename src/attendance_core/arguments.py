"""What arguments must be, whoever calls: of which kind, and how pages of lists begin. Contract: 1.

A program that gives one of another kind has made a slip: that is a TypeError, which names the
argument and what it is, before anything is asked of a store. So every store answers alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from attendance_core.errors import OutOfRange, PersonNotFound

# Contract: 1.19, rows of a list that are passed over: each of them is read all the same
MAX_OFFSET = 10_000
MAX_ROWS = 2**31 - 1  # of a list; more than anybody has
MAX_ID = 2**63 - 1  # the largest number, and so the last id, that every store keeps


class _Kind(NamedTuple):
    """Which classes an argument may be of, and the words for that in an error."""

    classes: tuple[type, ...]
    words: str


_USER_ID: Final = _Kind((int,), "a user id, which is an int")
_ID: Final = _Kind((UUID,), "a UUID")
_INSTANT: Final = _Kind((int, float), "UNIX seconds, which are a number")
# What an argument of this name must be
_KINDS: Final[Mapping[str, _Kind]] = {
    **dict.fromkeys(("actor", "user_id", "target"), _USER_ID),
    **dict.fromkeys(("event_id", "scan_id", "token_id"), _ID),
    **dict.fromkeys(("starts_at", "ends_at", "ends_after", "starts_before"), _INSTANT),
    "session_id": _Kind((str,), "the session_id of an Actor, which is a str"),
    **dict.fromkeys(("limit", "offset", "n", "expires_in_days"), _Kind((int,), "an int")),
}


def check_kinds(**given: object) -> None:
    """Checks each of these arguments by its name, which says of which kind it must be.

    Raises TypeError; PersonNotFound, OutOfRange for a number that no store can have.
    """
    for name, value in given.items():
        kind = _KINDS[name]
        if not isinstance(value, kind.classes) or isinstance(value, bool):
            raise TypeError(f"{name} is {kind.words}, and no {_words_for(value)}")
        if isinstance(value, int) and abs(value) > MAX_ID:
            if kind is _USER_ID:
                raise PersonNotFound
            raise OutOfRange(field=name, least=0, most=MAX_ID)


def check_kinds_given(**given: object) -> None:
    """Checks those of these arguments that are not None, and so are given; as `check_kinds`."""
    check_kinds(**{name: value for name, value in given.items() if value is not None})


def check_user_ids(user_ids: Iterable[object]) -> None:
    """Checks that these are user ids. Raises TypeError, PersonNotFound."""
    for each in user_ids:
        check_kinds(user_id=each)


def check_kind(name: str, value: object, *classes: type, words: str = "") -> None:
    """Checks that the argument of this name is of one of these classes.

    The error names the classes, or has the ``words`` for them that are given. Raises TypeError.
    """
    if not isinstance(value, classes):
        words_wanted = words or " or ".join(f"a {each.__name__}" for each in classes)
        raise TypeError(f"{name} is {words_wanted}, and no {_words_for(value)}")


def _words_for(value: object) -> str:
    """Names the class of what was given instead, and says how to come by what is meant."""
    class_name = type(value).__name__
    if hasattr(value, "user_id") and hasattr(value, "session_id"):
        return f"{class_name}: give its user_id, or its session_id"
    if hasattr(value, "user_id"):
        return f"{class_name}: give its user_id"
    return f"{class_name}: give its timestamp()" if isinstance(value, datetime) else class_name


def check_page(limit: int | None, offset: int) -> None:
    """Checks that a limit is 1 or more, an offset 0 to `MAX_OFFSET`.

    Raises TypeError, OutOfRange.
    """
    check_kinds_given(limit=limit)
    check_kinds(offset=offset)
    if limit is not None and not 1 <= limit <= MAX_ROWS:
        raise OutOfRange(field="limit", least=1, most=MAX_ROWS)
    if not 0 <= offset <= MAX_OFFSET:
        raise OutOfRange(field="offset", least=0, most=MAX_OFFSET)
