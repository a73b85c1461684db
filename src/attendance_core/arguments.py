"""What ids and pages of lists must be, whoever calls. Contract: 1."""

from __future__ import annotations

from uuid import UUID

from attendance_core.errors import InvalidArgument

# Contract: 1.19, rows of a list that are passed over: each of them is read all the same
MAX_OFFSET = 10_000


def check_event_id(event_id: object) -> None:
    """Checks that it is a UUID, so that every store answers alike. Raises TypeError."""
    if not isinstance(event_id, UUID):
        raise TypeError(f"an event_id is a UUID, and no {type(event_id).__name__}")


def check_page(limit: int | None, offset: int) -> None:
    """Checks that a limit is 1 or more, an offset 0 to `MAX_OFFSET`. Raises InvalidArgument."""
    if limit is not None and limit < 1:
        raise InvalidArgument(field="limit")
    if not 0 <= offset <= MAX_OFFSET:
        raise InvalidArgument(field="offset")
