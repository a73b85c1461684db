"""What columns hold. Instants are whole microseconds, so that every engine keeps them exactly."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Integer, LargeBinary, String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

MICROSECONDS_A_SECOND: Final = 1_000_000

BigId = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up only an INTEGER
# Ordered by code points, as SQLite and Python do, and not by the language of the database
NameKey = String().with_variant(String(collation="C"), "postgresql")


class InstantType(TypeDecorator[float]):
    """Keeps an instant: UNIX seconds in Python, whole microseconds in the table."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> int | None:
        """Converts seconds to what is in the table."""
        return None if value is None else round(value * MICROSECONDS_A_SECOND)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> float | None:
        """Converts what is in the table to seconds."""
        return None if value is None else value / MICROSECONDS_A_SECOND


class InstantsType(TypeDecorator[tuple[float, ...]]):
    """Keeps instants: UNIX seconds in Python, eight bytes of microseconds each in the table."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sequence[float] | None, dialect: Dialect) -> bytes | None:
        """Converts seconds to what is in the table."""
        if value is None:
            return None
        return struct.pack(
            f">{len(value)}q", *(round(instant * MICROSECONDS_A_SECOND) for instant in value)
        )

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[float, ...] | None:
        """Converts what is in the table to seconds."""
        if value is None:
            return None
        return tuple(
            instant / MICROSECONDS_A_SECOND for (instant,) in struct.iter_unpack(">q", value)
        )
