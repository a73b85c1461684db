"""Pieces of lists, cut from all of their rows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from attendance_core.pieces import ListQuery

R = TypeVar("R")


def piece_of(rows: Iterable[R], query: ListQuery[R], key: Callable[[R], Any]) -> Sequence[R]:
    """Cuts what is asked for of these rows, in the order of their keys."""
    ordered = sorted(rows, key=key)
    first = query.offset
    if query.after is not None:
        first += bisect_right(ordered, key(query.after), key=key)
    return ordered[first : None if query.limit is None else first + query.limit]
