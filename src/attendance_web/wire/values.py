"""Values as both calls and frames give them, and how each is read. Contract: 1, 6.11."""

from __future__ import annotations

import re
from typing import Any, Final

MAX_EXACT_FLOAT: Final = 2**53  # up to here a float is told from its neighbours
DIGITS: Final = re.compile(r"[0-9]{1,20}")
UUID_FORM: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class InvalidValue(ValueError):
    """A value of the wrong type or form, or out of range."""


def whole_number(value: Any, least: int, most: int) -> int:
    """Reads an integer, its digits, or a number without a fraction like 12.0. Raises InvalidValue.

    A float beyond `MAX_EXACT_FLOAT` may have been another number, so it is none. Contract: 1.13.
    """
    is_digits = isinstance(value, str) and DIGITS.fullmatch(value)
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) <= MAX_EXACT_FLOAT
    if is_digits or is_whole:
        value = int(value)
    if type(value) is not int or not least <= value <= most:
        raise InvalidValue
    return value
