"""How commands write times."""

from __future__ import annotations

from datetime import UTC, datetime

from attendance_core.vocabulary import Instant


def format_time(at: Instant) -> str:
    """Writes an instant for people, in UTC, to the second."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
